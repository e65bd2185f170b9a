/**
 * What this node knows of refusals, so that a flood costs no further question to the store. Bounded, and forgotten when
 * the clock is set back: nobody must be refused longer than was said.
 */
import type { Clock } from '../../shared/clock.ts'
import type { Refusal } from './refusal.ts'

export interface RefusalMemory {
  isEmpty(): boolean
  /** The refusal with what is left of its time, while it is sure to hold. */
  find(key: string): Refusal | undefined
  /** `sureForMs`: how long it can be relied on without asking the store again. */
  remember(key: string, refusal: Refusal, sureForMs: number): void
}

export function createRefusalMemory(clock: Clock, maxEntries = 10_000): RefusalMemory {
  const entries = new Map<string, { refusal: Refusal; from: number; sureUntil: number }>()
  return {
    isEmpty: () => entries.size === 0,
    find: (key) => {
      const entry = entries.get(key)
      const now = clock.now()
      if (entry === undefined) return undefined
      if (now >= entry.sureUntil || now < entry.from) {
        entries.delete(key)
        return undefined
      }
      return { ...entry.refusal, retryAfterMs: entry.from + entry.refusal.retryAfterMs - now }
    },
    remember: (key, refusal, sureForMs) => {
      const from = clock.now()
      const sureUntil = from + Math.min(sureForMs, refusal.retryAfterMs)
      entries.delete(key)
      entries.set(key, { refusal, from, sureUntil })
      for (const oldest of entries.keys()) {
        if (entries.size <= maxEntries) break
        entries.delete(oldest)
      }
    },
  }
}
