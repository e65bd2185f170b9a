/**
 * How many accounts are signed in to from one network, each on a device that is new to it: in an hour a household or an
 * office has a few, somebody with a list of stolen passwords has as many as fit.
 */
import type { Counters } from '../../../adapters/counters.ts'
import type { KeyedHash } from '../keyed-hash.ts'
import { networkOf } from './network.ts'

export interface CrowdWatchUse {
  counters: Counters
  /** What the store sees in place of an account. */
  hash: KeyedHash
}

export interface CrowdWatch {
  count(address: string): Promise<number>
  /** Counts an account once within the hour. */
  add(address: string, sub: string): Promise<void>
}

const HOUR = 3_600_000

export const createCrowdWatch = ({ counters, hash }: CrowdWatchUse): CrowdWatch => {
  const keyOf = (address: string): string => `crowd:${networkOf(address)}`
  return {
    count: async (address) => (await counters.read(keyOf(address))).count,
    add: async (address, sub) => {
      const account = hash('crowd', sub).subarray(0, 16).toString('base64url')
      const key = keyOf(address)
      const { count } = await counters.add(`${key}:${account}`, HOUR)
      if (count === 1) await counters.add(key, HOUR)
    },
  }
}
