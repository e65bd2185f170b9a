/**
 * Password spraying: a few passwords, tried on many names. No name's own count shows it, but the neighbourhood it comes
 * from does: there, many different names fail. From then on sign-in from there is slowed, and somebody is told.
 */
import type { Counters } from '../../../adapters/counters.ts'
import type { RateLimit } from '../../config/values/rate-limit.ts'
import { freeTries, pauseFor } from './back-off.ts'
import type { Refusal } from './refusal.ts'

export interface SprayWatchUse {
  counters: Counters
  /** Half as many names as one address may fail with, within the same time, are many. */
  limit: RateLimit
  /** Hears of each further name; `names`: how many it have been, `began`: this one was the first too many. */
  onSprayed: (spray: { neighbourhood: string; names: number; began: boolean }) => void
}

export interface SprayWatch {
  /** A refusal while sign-ins from there have to wait for each other. */
  slow(neighbourhood: string): Promise<Refusal | undefined>
  /** `name`: a hash of it. */
  failed(neighbourhood: string, name: string): Promise<void>
}

export function createSprayWatch({ counters, limit, onSprayed }: SprayWatchUse): SprayWatch {
  const many = { ...limit, count: freeTries(limit.count) }
  const keyOf = (neighbourhood: string): string => `spray:${neighbourhood}`
  return {
    slow: async (neighbourhood) => {
      const key = keyOf(neighbourhood)
      const { count } = await counters.read(key)
      const pause = Math.min(pauseFor(count + 1, many.count), limit.windowMs)
      if (pause === 0) return undefined
      const turn = await counters.add(`${key}:turn`, pause)
      return turn.count > 1 ? { limiter: 'spray', limit: many, retryAfterMs: turn.endsIn } : undefined
    },
    failed: async (neighbourhood, name) => {
      const key = keyOf(neighbourhood)
      const again = await counters.add(`${key}:${name}`, limit.windowMs)
      if (again.count > 1) return
      const { count } = await counters.add(key, limit.windowMs)
      if (count > many.count) onSprayed({ neighbourhood, names: count, began: count === many.count + 1 })
    },
  }
}
