/** The names of things in Redis. What stands in braces decides the slot: a script touches one grant, so one slot. */
import { hash } from 'node:crypto'
import type { GrantIndex } from '../contract.ts'

export type Keys = ReturnType<typeof keysUnder>

/** Where the entries of one value are: the sets, and what they begin with in shared ones ('' in one of its own). */
export interface Index {
  sets: string[]
  mark: string
}

/** What has few values, and many grants under each. */
const SETS_OF_THEIR_OWN = new Set<GrantIndex>(['client', 'organization'])

/**
 * How many hexadecimal digits name a shared set: 256 of them, 4,096, 65,536, a million. An entry goes into the first one
 * that has room, so that they are well filled among a thousand grants and among thirty million (docs/decisions/0014).
 */
const SHARED_SETS = [2, 3, 4, 5]

export const keysUnder = (prefix: string) => ({
  grant: (key: string) => `${prefix}{${key}}`,
  token: (key: string, tokenKey: string) => `${prefix}{${key}}t:${tokenKey}`,
  grantsOf: (index: GrantIndex, value: string): Index =>
    SETS_OF_THEIR_OWN.has(index)
      ? { sets: [`${prefix}x:${index}:${value}`], mark: '' }
      : inShared(`${prefix}x:`, `${index}:${value}`),
  artifact: (model: string, key: string) => `${prefix}a:${model}:{${key}}`,
  alias: (model: string, alias: string) => `${prefix}n:${model}:{${alias}}`,
  artifactsOf: (model: string, account: string): Index => ({
    sets: [`${prefix}o:${model}:${account}`],
    mark: '',
  }),
  /** Shared by all grants, hence in a slot of its own: see docs/decisions/0009. */
  events: `${prefix}events`,
  /** How many events were dropped at the bound since somebody took events. */
  eventsDropped: `${prefix}events:dropped`,
  /** What was ended, for whoever has to be told; beside the events, and like them. */
  endings: `${prefix}endings`,
  /** Since when nothing here was forgotten: see docs/decisions/0012. */
  run: `${prefix}run`,
  claim: (model: string, key: string) => `${prefix}c:${model}:{${key}}`,
})

/**
 * Two values have the same mark in the same set once in 2^80 or less. Base64url has no character that a pattern reads its
 * own way. All that one value may be in are in one slot.
 */
function inShared(prefix: string, value: string): Index {
  const digest = hash('sha256', value, 'buffer')
  const name = digest.toString('hex', 0, 3)
  return {
    sets: SHARED_SETS.map((digits) => `${prefix}{${name.slice(0, 2)}}${name.slice(2, digits)}`),
    mark: digest.toString('base64url', 3, 12),
  }
}
