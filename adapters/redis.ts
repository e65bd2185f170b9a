/**
 * Short-lived state in Redis 7+ or Valkey 8+. Redis keeps the time, forgets what has expired, and takes every step
 * that must not be divided as a script. Lives in one keyspace under one prefix, which it may share with others.
 */
import { StoreAway } from '../src/shared/app-error.ts'
import type { StateStore } from './contract.ts'
import { redisArtifacts } from './redis/artifacts.ts'
import { redisEndings } from './redis/endings.ts'
import { redisEvents } from './redis/events.ts'
import { redisGrants } from './redis/grants.ts'
import { keysUnder } from './redis/keys.ts'
import { createKnownRun } from './redis/run.ts'
import { defineScripts } from './redis/scripts.ts'
import { answer, closeRedis, openRedis, type RedisAddress } from './redis-client.ts'
import { within } from './store-away.ts'

export interface RedisStateOptions extends RedisAddress {
  prefix?: string
  /** Events that nobody has taken, beyond which those of refreshes are counted and dropped. */
  eventBound?: number
}

/** About 60 MB of Redis's memory; at a thousand refreshes a second, a minute and a half without PostgreSQL. */
const EVENT_BOUND = 100_000

/** Connects in the background: until it has, and whenever the connection is lost, calls reject with `StoreAway`. */
export function openRedisState({
  prefix = 'gh:',
  eventBound = EVENT_BOUND,
  ...address
}: RedisStateOptions): StateStore {
  const redis = openRedis(address)
  defineScripts(redis)
  const keys = keysUnder(prefix)
  const known = createKnownRun()
  const askForRun = async (): Promise<number> => {
    known.note(await answer(redis.presentRun(1, keys.run)))
    return known.last() ?? 0
  }
  return {
    run: async () => known.last() ?? askForRun(),
    lastKnownRun: known.last,
    grants: redisGrants(redis, keys, known, eventBound),
    artifacts: redisArtifacts(redis, keys, known),
    events: redisEvents(redis, keys),
    endings: redisEndings(redis, keys),
    ping: async () => void (await within(900, askForRun(), () => new StoreAway('redis'))),
    sweep: async () => 0,
    close: () => closeRedis(redis),
  }
}
