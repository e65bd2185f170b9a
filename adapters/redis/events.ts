/** Events that wait in Redis, until somebody takes them to PostgreSQL. */
import type { Redis } from 'ioredis'
import type { DrainedEvent, EventStore, StoredEvent } from '../contract.ts'
import { answer } from '../redis-client.ts'
import type { Keys } from './keys.ts'
import { named, told } from './scripts.ts'
import { drainStream, type Fields } from './streams.ts'

export const redisEvents = (redis: Redis, keys: Keys): EventStore => ({
  async keep({ id, text }) {
    await answer(redis.xadd(keys.events, '*', 'i', id, 'e', text))
  },

  async drain(take, ifDropped) {
    await tellDropped(redis, keys, ifDropped)
    return drainStream(redis, keys.events, (entries) => take(entries.map(toEvent)))
  },
})

async function tellDropped(redis: Redis, keys: Keys, event: StoredEvent): Promise<void> {
  if ((await answer(redis.exists(keys.eventsDropped))) === 0) return
  await answer(redis.tellDropped(...named(keys.events, keys.eventsDropped), ...told(event)))
}

function toEvent(field: Fields): DrainedEvent {
  const dropped = field('n')
  return {
    id: field('i') ?? '',
    text: field('e') ?? '',
    ...(dropped !== undefined && { dropped: Number(dropped) }),
  }
}
