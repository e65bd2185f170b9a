/**
 * What the stores keep in place of bearer secrets: a keyed hash (HMAC-SHA-256, RFC 2104), so that a dump of
 * them can neither be replayed nor, where the value is short (a user code), be guessed offline.
 */
import { createHmac, createSecretKey, hash, type KeyObject, timingSafeEqual } from 'node:crypto'

/** 32 bytes for a value in a domain (what the value is: `code`, `link`); no two domains share an output. */
export type KeyedHash = (domain: string, value: string) => Buffer

/** The keys of the moment, the one in use first. They change while the house runs: to be asked at every use. */
export type AskKeys = () => readonly { readonly key: Buffer }[]

export function inUse(keys: AskKeys): Buffer {
  const [first] = keys()
  if (first === undefined) throw new Error('there is no key to make anything with')
  return first.key
}

const MIN_KEY_BYTES = 32

export function createKeyedHash(key: Buffer): KeyedHash {
  if (key.length < MIN_KEY_BYTES)
    throw new Error(`A keyed hash needs a key of ${MIN_KEY_BYTES} bytes or more.`)
  // The domain's length stands in front, so that no domain and value run together into another pair.
  return (domain, value) =>
    createHmac('sha256', hmacKey(key))
      .update(`${Buffer.byteLength(domain)}:${domain}:${value}`)
      .digest()
}

const imported = new WeakMap<Buffer, KeyObject>()

/** For `createHmac`: given as bytes, a key is imported anew for every hash, which costs five times the hash itself. */
export function hmacKey(key: Buffer): KeyObject {
  const known = imported.get(key) ?? createSecretKey(key)
  imported.set(key, known)
  return known
}

/** Takes the same time wherever the difference is; by way of digests where even the lengths may differ. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length === b.length) return timingSafeEqual(a, b)
  return timingSafeEqual(hash('sha256', a, 'buffer'), hash('sha256', b, 'buffer'))
}
