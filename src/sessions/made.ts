/**
 * What a session or a grant says of the time it was made at, kept with it under `epochs`; the names are short, as people
 * may have thousands of them in memory. What is left out is 0.
 */
import type { Json, JsonObject } from '../../adapters/contract.ts'

export interface Made {
  /** Epochs: of its account, its client, its organization, of everything. */
  a: number
  c: number
  o: number
  g: number
  /** How much of its account had been ended by name. */
  e: number
  /** Epoch seconds, by the node's clock. */
  t: number
}

const NAMES = ['a', 'c', 'o', 'g', 'e', 't'] as const

export const writeMade = (made: Partial<Made>): JsonObject =>
  Object.fromEntries(Object.entries(made).filter(([, number]) => number !== 0))

/** Of what carries none, everything was later. */
export function readMade(made: Json | undefined): Made {
  const given = typeof made === 'object' && made !== null && !Array.isArray(made) ? made : {}
  const read = NAMES.map((name) => [name, Number(given[name] ?? 0)])
  return Object.fromEntries(read) as Made
}
