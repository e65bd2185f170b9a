/**
 * An index is a sorted set of keys, each with the time at which what it points to will be gone. It may name what
 * is gone already; it never lacks what is there, as entries are written first. Nothing in it lasts for ever.
 */
import type { ChainableCommander, Redis } from 'ioredis'
import { answer } from '../redis-client.ts'
import { ms } from './scripts.ts'

const BATCH = 500

export function addToIndexes(
  pipeline: ChainableCommander,
  indexes: string[],
  entry: string,
  life: number,
): void {
  for (const index of indexes) pipeline.addToIndex(1, index, entry, ms(life))
}

/** All that was in the index when this began (and perhaps what came later), in batches. */
export async function* entriesOf(redis: Redis, index: string): AsyncGenerator<string[]> {
  let cursor = '0'
  do {
    const [next, found] = await answer(redis.zscan(index, cursor, 'COUNT', BATCH))
    // Entries and scores take turns.
    const entries = found.filter((_, position) => position % 2 === 0)
    if (entries.length > 0) yield entries
    cursor = next
  } while (cursor !== '0')
}
