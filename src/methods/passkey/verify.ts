import { isClientData } from './client-data.ts'
import { loadLibrary } from './library.ts'
import type { RelyingParty } from './relying-party.ts'
import type { Assertion } from './response.ts'
import type { StoredPasskey } from './stored.ts'

/** What an authenticator has said with its signature. */
export interface Told {
  counter: number
  userVerified: boolean
  backupEligible: boolean
  backedUp: boolean
}

/** WebAuthn Level 3 §7.2, from step 7 on, but for the counter. Undefined for an answer that is not right. */
export async function verifyAssertion(
  { id: expectedRPID, origins }: RelyingParty,
  assertion: Assertion,
  { id, publicKey, backupEligible }: StoredPasskey,
  { challenge, userVerified }: { challenge: string; userVerified: boolean },
): Promise<Told | undefined> {
  const { clientDataJSON, userHandle, ...signed } = assertion.response
  if (!isClientData(clientDataJSON, { type: 'webauthn.get', challenge, origins })) return undefined
  const { verifyAuthenticationResponse } = await loadLibrary()
  const result = await verifyAuthenticationResponse({
    response: {
      ...assertion,
      response: { ...signed, clientDataJSON, ...(typeof userHandle === 'string' && { userHandle }) },
      clientExtensionResults: {},
    },
    ...{ expectedChallenge: challenge, expectedOrigin: [...origins], expectedRPID },
    requireUserVerification: userVerified,
    // The library looks at the counter before the signature: anybody could have a passkey marked as copied.
    credential: { id, publicKey: new Uint8Array(Buffer.from(publicKey, 'base64url')), counter: 0 },
  }).catch(() => undefined)
  if (result?.verified !== true) return undefined
  const {
    newCounter,
    userVerified: verified,
    credentialDeviceType,
    credentialBackedUp,
  } = result.authenticationInfo
  const isEligible = credentialDeviceType === 'multiDevice'
  // §7.2 step 19: it never changes.
  if (isEligible !== backupEligible) return undefined
  return {
    ...{ counter: newCounter, userVerified: verified, backupEligible },
    backedUp: credentialBackedUp,
  }
}
