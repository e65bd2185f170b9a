/**
 * What the stores keep in place of bearer secrets: a keyed hash (HMAC-SHA-256, RFC 2104), so that a dump of
 * them can neither be replayed nor, where the value is short (a user code), be guessed offline.
 */
import { createHmac, createSecretKey, hash, timingSafeEqual } from 'node:crypto'

/** 32 bytes for a value in a domain (what the value is: `code`, `link`); no two domains share an output. */
export type KeyedHash = (domain: string, value: string) => Buffer

const MIN_KEY_BYTES = 32

export function createKeyedHash(key: Buffer): KeyedHash {
  if (key.length < MIN_KEY_BYTES)
    throw new Error(`A keyed hash needs a key of ${MIN_KEY_BYTES} bytes or more.`)
  // Given as bytes, the key would be imported anew for every hash, which costs five times the hash itself.
  const secret = createSecretKey(key)
  // The domain's length stands in front, so that no domain and value run together into another pair.
  return (domain, value) =>
    createHmac('sha256', secret)
      .update(`${Buffer.byteLength(domain)}:${domain}:`)
      .update(value)
      .digest()
}

/** Takes the same time wherever the difference is; digests first, so that lengths may differ too. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  return timingSafeEqual(hash('sha256', a, 'buffer'), hash('sha256', b, 'buffer'))
}
