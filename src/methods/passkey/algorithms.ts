/** Signatures that passkeys may be made for (COSE algorithms, RFC 9053), the one wished for most first. */
import { createPublicKey, type JsonWebKey } from 'node:crypto'

const ES256 = -7
const EDDSA = -8
const RS256 = -257

export const ALGORITHMS: readonly number[] = [ES256, EDDSA, RS256]

/** Labels of a COSE key and of what belongs to its kind (RFC 9053 §7, RFC 8230 §4). */
const LABEL = { kty: 1, alg: 3, first: -1, second: -2, third: -3 } as const
const [OKP, EC2, RSA] = [1, 2, 3]
const [P256, ED25519] = [1, 6]
const LEAST_RSA_BITS = 2048

/**
 * Whether it is a key of one of these and of its kind: a point that is none on its curve is a key that nobody has made.
 * Without attestation nobody has signed with it yet.
 */
export function isUsableKey(key: ReadonlyMap<number, unknown>): boolean {
  const jwk = toJwk(key)
  if (jwk === undefined) return false
  try {
    const { asymmetricKeyDetails: details } = createPublicKey({ key: jwk, format: 'jwk' })
    return jwk.kty !== 'RSA' || (details?.modulusLength ?? 0) >= LEAST_RSA_BITS
  } catch {
    return false
  }
}

function toJwk(key: ReadonlyMap<number, unknown>): JsonWebKey | undefined {
  const [kty, alg, curve] = [LABEL.kty, LABEL.alg, LABEL.first].map((label) => key.get(label))
  const text = (label: number): string => {
    const bytes = key.get(label)
    return bytes instanceof Uint8Array ? Buffer.from(bytes).toString('base64url') : ''
  }
  if (alg === ES256 && kty === EC2 && curve === P256)
    return { kty: 'EC', crv: 'P-256', x: text(LABEL.second), y: text(LABEL.third) }
  if (alg === EDDSA && kty === OKP && curve === ED25519)
    return { kty: 'OKP', crv: 'Ed25519', x: text(LABEL.second) }
  if (alg === RS256 && kty === RSA) return { kty: 'RSA', n: text(LABEL.first), e: text(LABEL.second) }
  return undefined
}
