/**
 * A stream in Redis that other systems read (XREAD, consumer groups). How far it has come stands beside it and changes in
 * the same step: a Redis that has lost its last second has lost both, and is told what it lost again.
 */
import type { Redis } from 'ioredis'
import { answer, closeRedis, openRedis, type RedisAddress } from './redis-client.ts'
import { asRedisAway } from './store-away.ts'

export interface StreamEntry {
  id: string
  type: string
  payload: string
}

export interface EventStream {
  /** As it was written by `append`; undefined for a stream that is new to this Redis. */
  position(): Promise<string | undefined>
  /** All of it or nothing, and only where the position still is the one given. */
  append(entries: readonly StreamEntry[], from: string | undefined, to: string): Promise<boolean>
  close(): Promise<void>
}

/** Older entries go; Redis cuts whole nodes of its tree, so there may be a hundred more. */
export const MOST_ENTRIES = 100_000

export function openEventStream(address: RedisAddress, key: string): EventStream {
  const redis = openRedis(address)
  // In the same slot of a cluster.
  const beside = `{${key}}:position`
  const read = async (): Promise<string | undefined> => (await answer(redis.get(beside))) ?? undefined
  return {
    position: read,
    append: async (entries, from, to) => {
      await answer(redis.watch(beside))
      if ((await read()) !== from) {
        await answer(redis.unwatch())
        return false
      }
      return execute(redis, key, beside, entries, to)
    },
    close: () => closeRedis(redis),
  }
}

async function execute(
  redis: Redis,
  key: string,
  beside: string,
  entries: readonly StreamEntry[],
  to: string,
): Promise<boolean> {
  const step = redis.multi()
  for (const { id, type, payload } of entries)
    step.xadd(key, 'MAXLEN', '~', MOST_ENTRIES, '*', 'id', id, 'type', type, 'payload', payload)
  step.set(beside, to)
  const replies = await step.exec().catch((error: unknown) => {
    throw asRedisAway(error)
  })
  for (const [error] of replies ?? []) if (error) throw asRedisAway(error)
  return replies !== null
}
