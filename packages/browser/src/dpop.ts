/** Proofs that a request comes from who holds the key (RFC 9449), by a key that no script can read. */
import { base64url, random, sha256, utf8 } from './bytes.ts'

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }

export interface Proof {
  method: string
  url: string
  nonce?: string | undefined
  /** The access token that it comes with. */
  token?: string | undefined
}

export const createKey = (): Promise<CryptoKeyPair> =>
  crypto.subtle.generateKey(ALGORITHM, false, ['sign', 'verify'])

const part = (value: object): string => base64url(utf8(JSON.stringify(value)))

/** RFC 9449 §4.2. */
export async function prove(key: CryptoKeyPair, { method, url, nonce, token }: Proof): Promise<string> {
  const { origin, pathname } = new URL(url)
  const { crv, kty, x, y } = await crypto.subtle.exportKey('jwk', key.publicKey)
  const header = { typ: 'dpop+jwt', alg: 'ES256', jwk: { crv, kty, x, y } }
  const claims = {
    jti: random(),
    htm: method,
    htu: origin + pathname,
    iat: Math.floor(Date.now() / 1000),
    nonce,
    ath: token && (await sha256(token)),
  }
  const signed = `${part(header)}.${part(claims)}`
  return `${signed}.${base64url(await crypto.subtle.sign(ALGORITHM, key.privateKey, utf8(signed)))}`
}
