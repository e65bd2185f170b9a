/**
 * An index is a sorted set of keys, each with the time at which what it points to will be gone. It may name what
 * is gone already; it never lacks what is there, as entries are written first. Nothing in it lasts for ever. Small ones
 * share sets, where each entry begins with its index's mark (docs/decisions/0014).
 */
import type { ChainableCommander, Redis } from 'ioredis'
import { answer } from '../redis-client.ts'
import type { Index } from './keys.ts'
import { ms, named } from './scripts.ts'

const BATCH = 500

/** As many as Redis packs tightly unless it is told otherwise (`zset-max-listpack-entries`). */
const FULL = 128

export function addToIndexes(
  pipeline: ChainableCommander,
  indexes: Index[],
  entry: string,
  life: number,
): void {
  for (const { sets, mark } of indexes) pipeline.addToIndex(...named(...sets), mark + entry, ms(life), FULL)
}

export function removeFromIndexes(pipeline: ChainableCommander, indexes: Index[], entry: string): void {
  for (const { sets, mark } of indexes) pipeline.removeFromIndex(...named(...sets), mark + entry)
}

/** All that was in the index when this began (and perhaps what came later), in batches. */
export async function* entriesOf(redis: Redis, { sets, mark }: Index): AsyncGenerator<string[]> {
  for (const set of sets) yield* entriesIn(redis, set, mark)
}

async function* entriesIn(redis: Redis, set: string, mark: string): AsyncGenerator<string[]> {
  let cursor = '0'
  do {
    const [next, found] = await answer(redis.zscan(set, cursor, 'MATCH', `${mark}*`, 'COUNT', BATCH))
    // Entries and scores take turns.
    const entries = found.filter((_, position) => position % 2 === 0)
    if (entries.length > 0) yield entries.map((entry) => entry.slice(mark.length))
    cursor = next
  } while (cursor !== '0')
}
