/** A Redis of the test's own, with a house on it, which can be put back to what it was, as a crash or a restored copy does. */
import { Redis } from 'ioredis'
import { vi } from 'vitest'
import { freshDatabase } from './databases.ts'
import { type House, openHouseOn } from './house.ts'
import { startRedis } from './services.ts'

export interface RedisInTime {
  readonly house: House
  readonly redis: Redis
  /** What it knows now is what it will know after `putBack`. */
  save(): Promise<void>
  /** Killed, and started from what was saved; resolves when every node serves again. */
  putBack(): Promise<void>
  close(): Promise<void>
}

const PATIENT = { timeout: 20_000, interval: 50 }

export async function openRedisInTime(setUp: object, env: Record<string, string> = {}): Promise<RedisInTime> {
  const [server, database] = await Promise.all([startRedis(), freshDatabase()])
  const stores = { databaseUrl: database.url, redisUrl: server.url }
  const house = await openHouseOn(stores, { setUp, nodes: 2, env })
  const redis = new Redis(server.url)
  redis.on('error', () => {})
  const isReady = async ({ management }: House['nodes'][number]): Promise<boolean> =>
    (await fetch(`${management}/readyz`)).ok
  return {
    house,
    redis,
    save: async () => void (await redis.save()),
    putBack: async () => {
      await server.restart()
      for (const node of house.nodes) await vi.waitUntil(() => isReady(node), PATIENT)
    },
    close: async () => {
      redis.disconnect()
      await house.stop()
      await Promise.all([server.stop(), database.drop()])
    },
  }
}
