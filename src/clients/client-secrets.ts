import type { DataKeys } from '../keys/data-keys.ts'
import { createKeyedHash, equalBytes } from '../security/keyed-hash.ts'

export interface ClientSecrets {
  /** `number:base64url`: keyed hash under the pepper of that number. */
  hash(clientId: string, secret: string): string
  /** Constant time for secrets of equal treatment: always one HMAC, compared by `timingSafeEqual`. */
  verify(clientId: string, secret: string, stored: string): boolean
  /** Whether it was made under another pepper than the one in use. */
  isOld(stored: string): boolean
}

/**
 * Client secrets are kept as keyed hashes, not by argon2: they are machine-made and checked on every token request,
 * and without the pepper a dump gives nothing to guess against.
 */
export function createClientSecrets(keys: Pick<DataKeys, 'current' | 'byNumber'>): ClientSecrets {
  const digest = (pepper: Buffer, clientId: string, secret: string): Buffer =>
    createKeyedHash(pepper)('client_secret', JSON.stringify([clientId, secret]))
  return {
    hash(clientId, secret) {
      const { number, key } = keys.current('pepper')
      return `${number}:${digest(key, clientId, secret).toString('base64url')}`
    },
    verify(clientId, secret, stored) {
      const [, value] = stored.split(':')
      const pepper = keys.byNumber('pepper', pepperOf(stored))
      if (pepper === undefined || value === undefined) return false
      return equalBytes(digest(pepper, clientId, secret), Buffer.from(value, 'base64url'))
    },
    isOld: (stored) => pepperOf(stored) !== keys.current('pepper').number,
  }
}

/** The number of the pepper that a stored hash was made with. */
export const pepperOf = (stored: string): number => Number(stored.split(':')[0])
