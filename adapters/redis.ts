/**
 * Short-lived state in Redis 7+ or Valkey 8+. Redis keeps the time, forgets what has expired, and takes every step
 * that must not be divided as a script. Lives in one keyspace under one prefix, which it may share with others.
 */
import type { Redis } from 'ioredis'
import { StoreAway } from '../src/shared/app-error.ts'
import type { StateStore } from './contract.ts'
import { redisArtifacts } from './redis/artifacts.ts'
import { redisGrants } from './redis/grants.ts'
import { keysUnder } from './redis/keys.ts'
import { defineScripts } from './redis/scripts.ts'
import { answer, closeRedis, openRedis, type RedisAddress } from './redis-client.ts'
import { within } from './store-away.ts'

export interface RedisStateOptions extends RedisAddress {
  prefix?: string
}

/** Connects in the background: until it has, and whenever the connection is lost, calls reject with `StoreAway`. */
export function openRedisState({ prefix = 'gh:', ...address }: RedisStateOptions): StateStore {
  const redis = openRedis(address)
  defineScripts(redis)
  const keys = keysUnder(prefix)
  return {
    grants: redisGrants(redis, keys),
    artifacts: redisArtifacts(redis, keys),
    ping: () => ping(redis),
    sweep: async () => 0,
    close: () => closeRedis(redis),
  }
}

const ping = async (redis: Redis): Promise<void> => {
  await within(900, answer(redis.ping()), () => new StoreAway('redis'))
}
