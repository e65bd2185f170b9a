/**
 * What proves that a cookie is ours, in the shape that Koa's cookies ask for. Their own way is HMAC-SHA-1, under a key
 * that is imported anew for every signature.
 */
import { type AskKeys, createKeyedHash, equalBytes, inUse } from './keyed-hash.ts'

export interface CookieSignatures {
  sign(data: string): string
  verify(data: string, signature: string): boolean
  /**
   * 0 for a signature of ours, -1 for any other. What is greater would make Koa's cookies sign anew, on a path of their
   * own choice: the browser would then have two signatures of one name.
   */
  index(data: string, signature: string): number
}

export function createCookieSignatures(keys: AskKeys): CookieSignatures {
  const mac = (key: Buffer, data: string): Buffer => createKeyedHash(key)('cookie', data)
  const verify = (data: string, signature: string): boolean => {
    const given = Buffer.from(signature, 'base64url')
    return keys().some(({ key }) => equalBytes(mac(key, data), given))
  }
  return {
    sign: (data) => mac(inUse(keys), data).toString('base64url'),
    verify,
    index: (data, signature) => (verify(data, signature) ? 0 : -1),
  }
}
