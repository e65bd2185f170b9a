/**
 * One request asks for the same account, client or resource several times. The answer is remembered for about a
 * second: long enough for the request, short enough that a lost notice of a change heals by itself.
 */
import type { Clock } from './clock.ts'

export interface LookUpCacheOptions<T> {
  load: (key: string) => Promise<T | undefined>
  ttlMs: number
  clock: Clock
  /** Answers kept at most; the oldest make room. */
  maxEntries?: number
}

export interface LookUpCache<T> {
  /** Those who ask while it is being loaded share the one load; that there is none is remembered too. */
  find(key: string): Promise<T | undefined>
  /** After a change: who asks from now on does not get what was being loaded before. */
  forget(key: string): void
}

export function createLookUpCache<T>(options: LookUpCacheOptions<T>): LookUpCache<T> {
  const { load, ttlMs, clock, maxEntries = 10_000 } = options
  // In the order of their age, since an entry is always put in anew.
  const entries = new Map<string, { answer: Promise<T | undefined>; startedAt: number }>()

  // A clock that was set back must not make an answer last until it has caught up.
  const isFresh = (startedAt: number): boolean => {
    const age = clock.now() - startedAt
    return age >= 0 && age < ttlMs
  }
  const start = (key: string): Promise<T | undefined> => {
    const entry = { answer: load(key), startedAt: clock.now() }
    entries.delete(key)
    entries.set(key, entry)
    for (const oldest of entries.keys()) {
      if (entries.size <= maxEntries) break
      entries.delete(oldest)
    }
    // A failure is told to those who wait for it, and not remembered.
    entry.answer.catch(() => {
      if (entries.get(key) === entry) entries.delete(key)
    })
    return entry.answer
  }

  return {
    find: (key) => {
      const entry = entries.get(key)
      return entry !== undefined && isFresh(entry.startedAt) ? entry.answer : start(key)
    },
    forget: (key) => void entries.delete(key),
  }
}
