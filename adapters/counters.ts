/**
 * Counters that run out by themselves: how often within a window something happened. All nodes count together, in Redis
 * or PostgreSQL; while that store is away each node counts for itself, since a door whose guard is gone must not stand
 * open. What may be too many is the caller's rule (`src/security/rate-limit`). The only door to `rate-limiter-flexible`.
 */
import type { Redis } from 'ioredis'
import type { Pool } from 'pg'
import {
  type RateLimiterAbstract,
  RateLimiterMemory,
  RateLimiterPostgres,
  RateLimiterRedis,
  type RateLimiterRes,
} from 'rate-limiter-flexible'
import { StoreAway } from '../src/shared/app-error.ts'
import { closeRedis, openRedis } from './redis-client.ts'
import { asRedisAway, asStoreAway } from './store-away.ts'

export interface Count {
  count: number
  /** Milliseconds until the window ends and the count is 0 again. */
  endsIn: number
}

/** Windows are whole seconds, in milliseconds. Keys hold nothing that may not be read: they stand in the store as they are. */
export interface Counters {
  /** One more, this one counted: atomic, so that of any number at once each sees another count. Begins a window if none is. */
  add(key: string, windowMs: number): Promise<Count>
  /** One less in the window that `add` counted in. A window that has ended meanwhile owes nothing. */
  takeBack(key: string, windowMs: number): Promise<void>
  read(key: string): Promise<Count>
  /** Removes what has run out, where the store does not do so itself; rows removed. */
  sweep(): Promise<number>
  close(): Promise<void>
}

type OnError = (error: unknown) => void

/** Points are counted here, not granted: the library is asked for nothing but its atomic steps. */
const NOMINAL = { points: 1, duration: 1 }

export interface RedisCountersOptions {
  url: string
  prefix?: string
  /** Hears of lost connections, and of each step that a node took alone. */
  onError?: OnError
}

export function openRedisCounters({
  url,
  prefix = 'gh:',
  onError = () => {},
}: RedisCountersOptions): Counters {
  const redis = openRedis({ url, onError })
  const keyPrefix = `${prefix}r`
  const shared = new RateLimiterRedis({ ...NOMINAL, keyPrefix, storeClient: redis })
  return {
    ...countersOn(
      { ...stepsOf(shared), read: (key) => readTogether(redis, shared.getKey(key)) },
      asRedisAway,
      onError,
    ),
    sweep: async () => 0,
    close: () => closeRedis(redis),
  }
}

/** The pool stays its opener's. */
export function createPostgresCounters(pool: Pick<Pool, 'query'>, onError: OnError = () => {}): Counters {
  const shared = new RateLimiterPostgres({
    ...NOMINAL,
    keyPrefix: '',
    storeClient: pool,
    storeType: 'pool',
    tableName: 'counters',
    tableCreated: true,
    clearExpiredByTimeout: false,
  })
  return {
    ...countersOn(stepsOf(shared), asStoreAway, onError),
    sweep: () => sweep(pool),
    close: async () => {},
  }
}

/** For a node that can ask nobody, and for tests of the rules. */
export function createMemoryCounters(): Counters {
  const own = new RateLimiterMemory(NOMINAL)
  return { ...stepsOf(own), sweep: async () => 0, close: async () => {} }
}

type Steps = Pick<Counters, 'add' | 'takeBack' | 'read'>

function countersOn(together: Steps, asAway: (error: unknown) => unknown, onError: OnError): Steps {
  const alone = stepsOf(new RateLimiterMemory(NOMINAL))
  const orAlone = async <T>(step: (steps: Steps) => Promise<T>): Promise<T> => {
    try {
      return await step(together)
    } catch (error) {
      if (!(asAway(error) instanceof StoreAway)) throw error
      onError(error)
      return step(alone)
    }
  }
  return {
    add: (...by) => orAlone((steps) => steps.add(...by)),
    takeBack: (...by) => orAlone((steps) => steps.takeBack(...by)),
    read: (key) => orAlone((steps) => steps.read(key)),
  }
}

function stepsOf(limiter: RateLimiterAbstract): Steps {
  const within = (windowMs: number) => ({ customDuration: windowMs / 1000 })
  return {
    add: async (key, windowMs) => toCount(await limiter.penalty(key, 1, within(windowMs))),
    takeBack: async (key, windowMs) => {
      const { consumedPoints } = await limiter.reward(key, 1, within(windowMs))
      // The window was another one, or the store: what is below nothing would be one more than is allowed.
      if (consumedPoints < 0) await limiter.penalty(key, 1, within(windowMs))
    },
    read: async (key) => {
      const found = await limiter.get(key)
      return found === null ? { count: 0, endsIn: 0 } : toCount(found)
    },
  }
}

/** The library reads in a transaction, which goes alone; so it goes out together with what else is asked at the moment. */
async function readTogether(redis: Redis, key: string): Promise<Count> {
  const [count, endsIn] = await Promise.all([redis.get(key), redis.pttl(key)])
  return count === null || endsIn <= 0 ? { count: 0, endsIn: 0 } : { count: Number(count), endsIn }
}

const toCount = ({ consumedPoints, msBeforeNext }: RateLimiterRes): Count => ({
  count: consumedPoints,
  endsIn: msBeforeNext,
})

const BATCH = 500
/** Nodes write the end of a window by their own clocks. */
const SLACK_MS = 60_000

const SWEEP = {
  name: 'sweep_counters',
  text: `
    delete from counters where ctid = any (array(
      select ctid from counters where expire < extract(epoch from now()) * 1000 - ${SLACK_MS}
      limit ${BATCH} for update skip locked
    ))`,
}

async function sweep(pool: Pick<Pool, 'query'>): Promise<number> {
  let removed = 0
  for (;;) {
    const { rowCount } = await pool.query(SWEEP)
    removed += rowCount ?? 0
    if ((rowCount ?? 0) < BATCH) return removed
  }
}
