/** Events that wait in Redis for somebody to take them to PostgreSQL: a stream, read from its beginning and cut there. */
import type { Redis } from 'ioredis'
import type { DrainedEvent, EventStore, StoredEvent } from '../contract.ts'
import { answer } from '../redis-client.ts'
import type { Keys } from './keys.ts'
import { named, told } from './scripts.ts'

const BATCH = 500
/** A call ends, however fast others write. */
const BATCHES = 100

export const redisEvents = (redis: Redis, keys: Keys): EventStore => ({
  async keep({ id, text }) {
    await answer(redis.xadd(keys.events, '*', 'i', id, 'e', text))
  },

  async drain(take, ifDropped) {
    await tellDropped(redis, keys, ifDropped)
    let taken = 0
    for (let batch = 0; batch < BATCHES; batch++) {
      const entries = await answer(redis.xrange(keys.events, '-', '+', 'COUNT', BATCH))
      if (entries.length > 0) {
        await take(entries.map(([, fields]) => readFields(fields)))
        await answer(redis.xdel(keys.events, ...entries.map(([entry]) => entry)))
      }
      taken += entries.length
      if (entries.length < BATCH) break
    }
    return taken
  },
})

async function tellDropped(redis: Redis, keys: Keys, event: StoredEvent): Promise<void> {
  if ((await answer(redis.exists(keys.eventsDropped))) === 0) return
  await answer(redis.tellDropped(...named(keys.events, keys.eventsDropped), ...told(event)))
}

/** Field names and values take turns. What others wrote there may lack some. */
function readFields(fields: readonly string[]): DrainedEvent {
  const at = (name: string): string | undefined => {
    const position = fields.findIndex((field, index) => index % 2 === 0 && field === name)
    return position === -1 ? undefined : fields[position + 1]
  }
  const dropped = at('n')
  return {
    id: at('i') ?? '',
    text: at('e') ?? '',
    ...(dropped !== undefined && { dropped: Number(dropped) }),
  }
}
