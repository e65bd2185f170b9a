import { ALGORITHMS, isUsableKey } from './algorithms.ts'
import { isClientData } from './client-data.ts'
import { loadHelpers, loadLibrary } from './library.ts'
import type { RelyingParty } from './relying-party.ts'
import type { Attestation } from './response.ts'
import type { StoredPasskey } from './stored.ts'

/** Without attestation being asked for, browsers send nothing else (WebAuthn Level 3 §5.1.3, §8.7). */
const FORMATS: readonly unknown[] = ['none', 'packed']

export type NewPasskey = Omit<StoredPasskey, 'userHandle'>

type Cbor = Parameters<Awaited<ReturnType<typeof loadHelpers>>['isoCBOR']['encode']>[0]

/** WebAuthn Level 3 §7.1. `silent`: made without asking the person, right after they had signed in. */
export async function verifyAttestation(
  { id: expectedRPID, origin }: RelyingParty,
  attestation: Attestation,
  { challenge, silent }: { challenge: string; silent: boolean },
): Promise<NewPasskey | undefined> {
  const { clientDataJSON, attestationObject, transports = [] } = attestation.response
  const expected = { type: 'webauthn.create', challenge, origins: [origin] } as const
  if (!isClientData(clientDataJSON, expected)) return undefined
  const [library, helpers] = await Promise.all([loadLibrary(), loadHelpers()])
  try {
    const bytes = new Uint8Array(Buffer.from(attestationObject, 'base64url'))
    const object = helpers.decodeAttestationObject(bytes)
    // What stands behind it would be read by nobody, and signed by nobody.
    const isAll = helpers.isoCBOR.encode(object as unknown as Cbor).length === bytes.length
    if (!isAll || !FORMATS.includes(object.get('fmt'))) return undefined
    const result = await library.verifyRegistrationResponse({
      response: {
        ...attestation,
        response: { clientDataJSON, attestationObject },
        clientExtensionResults: {},
      },
      ...{ expectedChallenge: challenge, expectedOrigin: origin, expectedRPID },
      ...{ requireUserPresence: !silent, requireUserVerification: !silent },
      supportedAlgorithmIDs: [...ALGORITHMS],
    })
    if (!result.verified) return undefined
    const { aaguid, credential, credentialDeviceType, credentialBackedUp, userVerified } =
      result.registrationInfo
    // The library's type knows each label; ours takes any.
    const key = helpers.decodeCredentialPublicKey(credential.publicKey) as unknown as ReadonlyMap<
      number,
      unknown
    >
    // What is told beside the signed data must be what is in it.
    if (credential.id !== attestation.id || !isUsableKey(key)) return undefined
    return {
      ...{ id: credential.id, counter: credential.counter, transports, aaguid, userVerified },
      publicKey: Buffer.from(credential.publicKey).toString('base64url'),
      backupEligible: credentialDeviceType === 'multiDevice',
      backedUp: credentialBackedUp,
    }
  } catch {
    return undefined
  }
}
