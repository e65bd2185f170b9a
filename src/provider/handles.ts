/**
 * What the store is asked by. A bearer value is never stored: its key is a keyed hash under the pepper. Values that
 * belong to a grant carry the grant's id in front (it is no secret), so that all of a grant lives under one key. The
 * pepper changes now and then: what is new is put under the one in use, what is there stays under the one it was made
 * with, and is looked for under both.
 */
import type { DataKeys, NumberedKey } from '../keys/data-keys.ts'
import { createKeyedHash } from '../security/keyed-hash.ts'
import { open, seal } from '../security/seal.ts'
import { newSecret } from '../shared/ids.ts'

/** 16 random bytes, base64url. */
const GRANT_ID = /^[A-Za-z0-9_-]{21}[AQgw]/
const GRANT_ID_LENGTH = 22
const SECRET_LENGTH = 43

/** The keys that one pepper makes. All of a record, and all of a grant, is under the same. */
export interface Pepper {
  grantKey(grantId: string): string
  /** The key for a bearer value of a kind (`AuthorizationCode`, `Session`, …). */
  key(kind: string, value: string): string
  /** Encrypts under a key made from the bearer value itself, which is stored nowhere: only who brings it can read. */
  seal(kind: string, value: string, plaintext: string): string
  open(kind: string, value: string, sealed: string): string
}

export interface Found<T> {
  under: Pepper
  found: T
}

export interface FoundGrant<T> extends Found<T> {
  grantKey: string
}

export interface Handles {
  newGrantId(): string
  /** A new bearer value of a grant: the grant's id and 256 random bits. */
  newValueOf(grantId: string): string
  /** The grant that a bearer value claims to belong to; undefined when it hasn't their shape. */
  grantIdIn(value: string): string | undefined
  /** For what is new. */
  inUse(): Pepper
  /** Under which of them a thing may be: mostly one. The one in use first. */
  peppers(): readonly Pepper[]
  /** Those and the ones that are due or compromised, oldest first: what was used once must be remembered beyond them. */
  allPeppers(): readonly Pepper[]
  /** Looks under the pepper in use and, on a miss, under the others; undefined when all of them miss. */
  find<T>(look: (under: Pepper) => Promise<T | undefined>): Promise<Found<T> | undefined>
  /** The same for what is under a grant's key. */
  findGrant<T>(
    grantId: string,
    look: (grantKey: string, under: Pepper) => Promise<T | undefined>,
  ): Promise<FoundGrant<T> | undefined>
}

export function createHandles(keys: Pick<DataKeys, 'living' | 'all'>): Handles {
  const made = new WeakMap<NumberedKey, Pepper>()
  const pepperOf = (key: NumberedKey): Pepper => {
    const pepper = made.get(key) ?? createPepper(key.key)
    made.set(key, pepper)
    return pepper
  }
  const peppers = (): Pepper[] => keys.living('pepper').map(pepperOf)
  const find: Handles['find'] = async (look) => {
    for (const under of peppers()) {
      const found = await look(under)
      if (found !== undefined) return { under, found }
    }
    return undefined
  }
  return {
    newGrantId: () => newSecret(16),
    newValueOf: (grantId) => grantId + newSecret(),
    grantIdIn: (value) =>
      value.length === GRANT_ID_LENGTH + SECRET_LENGTH && GRANT_ID.test(value)
        ? value.slice(0, GRANT_ID_LENGTH)
        : undefined,
    inUse: () => {
      const [first] = peppers()
      if (first === undefined) throw new Error('there is no pepper')
      return first
    },
    peppers,
    allPeppers: () => keys.all('pepper').map(pepperOf),
    find,
    findGrant: async (grantId, look) => {
      const read = await find(async (under) => {
        const grantKey = under.grantKey(grantId)
        const found = await look(grantKey, under)
        return found === undefined ? undefined : { grantKey, found }
      })
      return read && { under: read.under, ...read.found }
    },
  }
}

function createPepper(pepper: Buffer): Pepper {
  const hash = createKeyedHash(pepper)
  // 128 bits are enough for a key that is looked up, not presented: the value behind it has 256.
  const key = (kind: string, value: string): string => hash(kind, value).subarray(0, 16).toString('base64url')
  const sealKey = (kind: string, value: string): Buffer => hash(`seal ${kind}`, value)
  return {
    grantKey: (grantId) => key('Grant', grantId),
    key,
    seal: (kind, value, plaintext) =>
      seal(sealKey(kind, value), Buffer.from(plaintext), kind).toString('base64url'),
    open: (kind, value, sealed) =>
      open(sealKey(kind, value), Buffer.from(sealed, 'base64url'), kind).toString(),
  }
}
