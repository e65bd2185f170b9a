/** The names of things in Redis. What stands in braces decides the slot: a script touches one grant, so one slot. */
import { hash } from 'node:crypto'
import type { GrantIndex } from '../contract.ts'

export type Keys = ReturnType<typeof keysUnder>

/** Where the entries of one value are: a set, and what they begin with in one that is shared ('' in one of its own). */
export interface Index {
  set: string
  mark: string
}

/** What has few values, and many grants under each. */
const SETS_OF_THEIR_OWN = new Set<GrantIndex>(['client', 'organization'])

/**
 * A set of its own costs three times what is in it where it holds one grant, as nearly all of an account, a session or a
 * device do. Redis packs a sorted set tightly up to 128 entries: so many are not reached before five million grants.
 */
const SHARED_SETS = 2 ** 17

export const keysUnder = (prefix: string) => ({
  grant: (key: string) => `${prefix}{${key}}`,
  token: (key: string, tokenKey: string) => `${prefix}{${key}}t:${tokenKey}`,
  grantsOf: (index: GrantIndex, value: string): Index =>
    SETS_OF_THEIR_OWN.has(index)
      ? { set: `${prefix}x:${index}:${value}`, mark: '' }
      : inShared(`${prefix}x:`, `${index}:${value}`),
  artifact: (model: string, key: string) => `${prefix}a:${model}:{${key}}`,
  alias: (model: string, alias: string) => `${prefix}n:${model}:{${alias}}`,
  artifactsOf: (model: string, account: string): Index => ({
    set: `${prefix}o:${model}:${account}`,
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

/** Two values have the same mark in the same set once in 2^89. Base64url has no character that a pattern reads its own way. */
function inShared(prefix: string, value: string): Index {
  const digest = hash('sha256', value, 'buffer')
  return {
    set: `${prefix}${(digest.readUInt32BE() % SHARED_SETS).toString(36)}`,
    mark: digest.toString('base64url', 4, 13),
  }
}
