/** What waits in Redis for somebody to take it to PostgreSQL: a stream, read from its beginning and cut there. */
import type { Redis } from 'ioredis'
import { answer } from '../redis-client.ts'

const BATCH = 500
/** A call ends, however fast others write. */
const BATCHES = 100

/** The value of a field; undefined where the entry lacks it, as what others wrote there may. */
export type Fields = (name: string) => string | undefined

export async function drainStream(
  redis: Redis,
  stream: string,
  take: (entries: Fields[]) => Promise<void>,
): Promise<number> {
  let taken = 0
  for (let batch = 0; batch < BATCHES; batch++) {
    const entries = await answer(redis.xrange(stream, '-', '+', 'COUNT', BATCH))
    if (entries.length > 0) {
      await take(entries.map(([, fields]) => fieldsOf(fields)))
      await answer(redis.xdel(stream, ...entries.map(([entry]) => entry)))
    }
    taken += entries.length
    if (entries.length < BATCH) break
  }
  return taken
}

/** Names and values take turns. */
const fieldsOf =
  (fields: readonly string[]): Fields =>
  (name) => {
    const position = fields.findIndex((field, index) => index % 2 === 0 && field === name)
    return position === -1 ? undefined : fields[position + 1]
  }
