/**
 * The hidden `csrf` field: proof that a form was rendered for this browser (ASVS V3.5.1, V3.5.3). Nothing is
 * stored; the token is an HMAC over what the page is bound to (an interaction, a session, a link). It is
 * masked by fresh random bytes, since a proxy that compresses pages would otherwise let a stranger who can
 * put text into them guess a constant token byte by byte (BREACH).
 */
import { randomBytes, timingSafeEqual } from 'node:crypto'
import { type AskKeys, createKeyedHash, inUse } from './keyed-hash.ts'

const MAC_BYTES = 32
/** Two times 32 bytes in base64url. */
const TOKEN = /^[\w-]{86}$/

export interface Csrf {
  /** Another value at every call; all of one binding stay good as long as the binding does. */
  token(binding: string): string
  /** `received` is what the form brought, if anything. */
  check(binding: string, received: unknown): boolean
}

export function createCsrf(keys: AskKeys): Csrf {
  const mac = (key: Buffer, binding: string): Buffer => createKeyedHash(key)('csrf', binding)
  return {
    token: (binding) => {
      const mask = randomBytes(MAC_BYTES)
      return Buffer.concat([mask, xor(mask, mac(inUse(keys), binding))]).toString('base64url')
    },
    check: (binding, received) => {
      if (typeof received !== 'string' || !TOKEN.test(received)) return false
      const bytes = Buffer.from(received, 'base64url')
      const given = xor(bytes.subarray(0, MAC_BYTES), bytes.subarray(MAC_BYTES))
      return keys().some(({ key }) => timingSafeEqual(given, mac(key, binding)))
    },
  }
}

const xor = (a: Buffer, b: Buffer): Buffer => Buffer.from(a.map((byte, i) => byte ^ (b[i] ?? 0)))
