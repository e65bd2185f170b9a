/**
 * What proves that a cookie is ours, in the shape that Koa's cookies ask for. Their own way is HMAC-SHA-1, under a key
 * that is imported anew for every signature.
 */
import { createKeyedHash, equalBytes } from './keyed-hash.ts'

export interface CookieSignatures {
  sign(data: string): string
  verify(data: string, signature: string): boolean
  /** The number of the key that signed, -1 for none. */
  index(data: string, signature: string): number
}

export function createCookieSignatures(key: Buffer): CookieSignatures {
  const hash = createKeyedHash(key)
  const verify = (data: string, signature: string): boolean =>
    equalBytes(hash('cookie', data), Buffer.from(signature, 'base64url'))
  return {
    sign: (data) => hash('cookie', data).toString('base64url'),
    verify,
    index: (data, signature) => (verify(data, signature) ? 0 : -1),
  }
}
