/** An authenticator in software (WebAuthn Level 3 §6), which lies where a test says so. */
import { generateKeyPairSync, hash, type KeyObject, randomBytes, sign } from 'node:crypto'
import { cbor } from './cbor.ts'

/** Flags of authenticator data (§6.1). */
export const UP = 0x01
export const UV = 0x04
export const BE = 0x08
export const BS = 0x10
const AT = 0x40

export interface Options {
  challenge: string
  rp?: { id: string }
  rpId?: string
  user?: { id: string }
}

/** What a browser would say, and what the authenticator would, with what a test wants otherwise. */
export interface Lies {
  origin?: string
  type?: string
  challenge?: string
  /** Further members of the client data. */
  client?: Record<string, unknown>
  /** The client data themselves. */
  clientText?: (honest: string) => string
  rpId?: string
  flags?: number
  counter?: number
  userHandle?: string | null
  /** The authenticator data, before they are signed. */
  data?: (honest: Buffer) => Buffer
  /** The same after that. */
  sent?: (signed: Buffer) => Buffer
  /** Another passkey's id. */
  id?: string
}

export interface NewLies extends Lies {
  /** The COSE key. */
  key?: ReadonlyMap<number, unknown>
  attestation?: { fmt: string; attStmt: ReadonlyMap<string, unknown> }
  attestationObject?: (honest: Buffer) => Buffer
}

export interface Authenticator {
  readonly id: string
  /** PKCS #8, DER. */
  readonly privateKey: Buffer
  userHandle: string
  /** Of signatures, counted up by each; zero for ever where it does not count. */
  counter: number
  make(options: Options, lies?: NewLies): object
  get(options: Options, lies?: Lies): object
}

export const ORIGIN = 'http://localhost:3000'

const base64url = (bytes: Uint8Array | string): string => Buffer.from(bytes).toString('base64url')

export function createAuthenticator({
  counts = false,
  flags = UP | UV,
  origin = ORIGIN,
  id = base64url(randomBytes(32)),
}: {
  counts?: boolean
  flags?: number
  origin?: string
  id?: string
} = {}): Authenticator {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const next = (self: Authenticator): number => (counts ? ++self.counter : 0)
  return {
    ...{ id, userHandle: '', counter: 0 },
    privateKey: privateKey.export({ format: 'der', type: 'pkcs8' }),
    make(options, lies = {}) {
      this.userHandle = options.user?.id ?? ''
      const clientData = clientDataOf('webauthn.create', options, { origin, ...lies })
      const rawId = Buffer.from(lies.id ?? id, 'base64url')
      const attested = Buffer.concat([
        Buffer.alloc(16),
        Buffer.from([rawId.length >> 8, rawId.length & 0xff]),
        rawId,
        cbor(lies.key ?? coseOf(publicKey)),
      ])
      const head = headOf(options.rp?.id, (lies.flags ?? flags) | AT, lies.counter ?? next(this), lies)
      const authData = (lies.data ?? same)(Buffer.concat([head, attested]))
      const { fmt, attStmt } = lies.attestation ?? { fmt: 'none', attStmt: new Map() }
      const object = cbor(
        new Map<string, unknown>([
          ['fmt', fmt],
          ['attStmt', attStmt],
          ['authData', authData],
        ]),
      )
      return responseOf(lies.id ?? id, {
        clientDataJSON: base64url(clientData),
        attestationObject: base64url((lies.attestationObject ?? same)(object)),
        transports: ['internal'],
      })
    },
    get(options, lies = {}) {
      const clientData = clientDataOf('webauthn.get', options, { origin, ...lies })
      const head = headOf(options.rpId, lies.flags ?? flags, lies.counter ?? next(this), lies)
      const data = (lies.data ?? same)(head)
      const signature = sign(
        'sha256',
        Buffer.concat([data, hash('sha256', clientData, 'buffer')]),
        privateKey,
      )
      const userHandle = lies.userHandle === undefined ? this.userHandle : lies.userHandle
      return responseOf(lies.id ?? id, {
        clientDataJSON: base64url(clientData),
        authenticatorData: base64url((lies.sent ?? same)(data)),
        signature: base64url(signature),
        ...(userHandle !== null && { userHandle }),
      })
    },
  }
}

const same = (bytes: Buffer): Buffer => bytes

const responseOf = (id: string, response: object): object => ({
  ...{ id, rawId: id, type: 'public-key', response },
  ...{ authenticatorAttachment: 'platform', clientExtensionResults: {} },
})

/** §5.8.1.1. */
function clientDataOf(type: string, { challenge }: Options, lies: Lies): Buffer {
  const data = {
    type: lies.type ?? type,
    challenge: lies.challenge ?? challenge,
    origin: lies.origin,
    crossOrigin: false,
    ...lies.client,
  }
  return Buffer.from((lies.clientText ?? ((text) => text))(JSON.stringify(data)))
}

function headOf(rpId: string | undefined, flags: number, counter: number, lies: Lies): Buffer {
  const count = Buffer.alloc(4)
  count.writeUInt32BE(counter)
  return Buffer.concat([hash('sha256', lies.rpId ?? rpId ?? '', 'buffer'), Buffer.from([flags]), count])
}

const bytesOf = (text: string | undefined): Buffer => Buffer.from(text ?? '', 'base64url')

/** ES256 (RFC 9053 §7.1.1). */
function coseOf(key: KeyObject): Map<number, unknown> {
  const { x, y } = key.export({ format: 'jwk' })
  return es256(bytesOf(x), bytesOf(y))
}

export const es256 = (x: Buffer, y: Buffer, alg = -7): Map<number, unknown> =>
  new Map<number, unknown>([
    [1, 2],
    [3, alg],
    [-1, 1],
    [-2, x],
    [-3, y],
  ])
