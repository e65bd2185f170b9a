/** What was ended waits in Redis, until somebody has found whom to tell. */
import type { Redis } from 'ioredis'
import type { EndingStore } from '../contract.ts'
import { readEnding } from '../stored-ending.ts'
import type { Keys } from './keys.ts'
import { expand } from './phrases.ts'
import { drainStream, type Fields } from './streams.ts'

export const redisEndings = (redis: Redis, keys: Keys): EndingStore => ({
  drain: (take) =>
    drainStream(redis, keys.endings, (entries) => take(entries.flatMap((entry) => toEnding(entry) ?? []))),
})

const toEnding = (field: Fields) =>
  readEnding({
    event: { id: field('i') ?? '', text: field('e') ?? '' },
    model: field('m') ?? '',
    // A grant's; an artifact's never was shortened.
    record: expand(field('r') ?? ''),
  })
