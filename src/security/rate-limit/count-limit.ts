/**
 * A limit on what is only counted when it has happened, so that what goes well costs the store nothing: a node asks its
 * own memory before, and the store after. What is under way when the limit is reached is still looked at.
 */
import type { Counters } from '../../../adapters/counters.ts'
import type { RateLimit } from '../../config/values/rate-limit.ts'
import type { Clock } from '../../shared/clock.ts'
import type { Limiter } from '../../telemetry/metric-labels.ts'
import type { Refusal } from './refusal.ts'
import { createRefusalMemory } from './refusal-memory.ts'

export interface CountLimitUse {
  counters: Counters
  clock: Clock
  limiter: Limiter
  limit: RateLimit
  onRefused: (limiter: Limiter) => void
}

export interface CountLimit {
  /** What this node knows already, without a question to the store; `key` is asked only where there is anything. */
  refusal(key: () => string): Refusal | undefined
  /** Counts one more; a refusal when it was one too many. */
  count(key: string): Promise<Refusal | undefined>
}

export function createCountLimit({ counters, clock, limiter, limit, onRefused }: CountLimitUse): CountLimit {
  const memory = createRefusalMemory(clock)
  const told = (refusal: Refusal | undefined): Refusal | undefined => {
    if (refusal !== undefined) onRefused(limiter)
    return refusal
  }
  return {
    refusal: (key) => (memory.isEmpty() ? undefined : told(memory.find(key()))),
    count: async (key) => {
      const { count, endsIn } = await counters.add(`${limiter}:${key}`, limit.windowMs)
      if (count < limit.count) return undefined
      const refusal = { limiter, limit, retryAfterMs: endsIn }
      // Nothing is given back here: what is full stays full until its window ends.
      memory.remember(key, refusal, endsIn)
      return told(count > limit.count ? refusal : undefined)
    },
  }
}
