/** The names of things in Redis. What stands in braces decides the slot: a script touches one grant, so one slot. */
import type { GrantIndex } from '../contract.ts'

export type Keys = ReturnType<typeof keysUnder>

export const keysUnder = (prefix: string) => ({
  grant: (key: string) => `${prefix}{${key}}`,
  token: (key: string, tokenKey: string) => `${prefix}{${key}}t:${tokenKey}`,
  grantsOf: (index: GrantIndex, value: string) => `${prefix}x:${index}:${value}`,
  artifact: (model: string, key: string) => `${prefix}a:${model}:{${key}}`,
  alias: (model: string, alias: string) => `${prefix}n:${model}:{${alias}}`,
  artifactsOf: (model: string, account: string) => `${prefix}o:${model}:${account}`,
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
