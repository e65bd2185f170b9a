/** Two nodes or more, each with a wire of its own to Redis, behind one balancer: and what can be done to them. */
import { readdirSync, statSync, truncateSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { freshDatabase } from '../databases.ts'
import { SET_UP } from '../flows.ts'
import { type House, type Node, openHouseOn } from '../house.ts'
import { type RunningService, startRedis } from '../services.ts'
import { type StoreProxy, startStoreProxy } from '../store-proxy.ts'
import type { Forgotten } from './evidence.ts'
import { openWire, type Wire } from './wire.ts'

export interface Stage {
  readonly house: House
  readonly wire: Wire
  readonly redis: RunningService
  /** Which times Redis may have forgotten. */
  readonly forgotten: readonly Forgotten[]
  /** Without farewell, and then started anew. */
  killNode(node: number): Promise<void>
  freezeNode(node: number, ms: number): Promise<void>
  freezeRedis(ms: number): Promise<void>
  killRedis(): Promise<void>
  /** To what it was so long ago, as a power cut would that its disk did not hear of in time. */
  putRedisBack(ms: number): Promise<void>
  /** Every connection to Redis breaks, in the middle of whatever it carries. */
  cutRedis(): Promise<void>
  close(): Promise<void>
}

export interface StageOptions {
  nodes: number
  env: Record<string, string>
}

interface Slot {
  name: string
  proxy: StoreProxy
  node: Node
}

export async function openStage({ nodes, env }: StageOptions): Promise<Stage> {
  const [redis, database, wire] = await Promise.all([startRedis('always'), freshDatabase(), openWire()])
  const house = await openHouseOn(
    { databaseUrl: database.url, redisUrl: redis.url },
    { setUp: SET_UP, nodes: 0, env },
  )
  const forgotten: Forgotten[] = []
  const start = async (n: number): Promise<Slot> => {
    const proxy = await startStoreProxy(redis.url)
    return { name: `node ${n}`, proxy, node: await house.start(0, { REDIS_URL: proxy.url }) }
  }
  const slots = await Promise.all(Array.from({ length: nodes }, (_, n) => start(n)))
  const lead = (): void =>
    wire.lead(new Map(slots.map(({ name, node }) => [name, Number(new URL(node.url).port)])))
  const slot = (n: number): Slot => slots[n % slots.length] ?? slots[0] ?? raise()
  lead()
  return {
    house,
    wire,
    redis,
    forgotten,
    killNode: async (n) => {
      const one = slot(n)
      await one.node.stop('SIGKILL')
      one.node = await house.start(0, { REDIS_URL: one.proxy.url })
      lead()
    },
    freezeNode: async (n, ms) => {
      const { process } = slot(n).node
      process.kill('SIGSTOP')
      await delay(ms)
      process.kill('SIGCONT')
    },
    freezeRedis: async (ms) => {
      redis.kill('SIGSTOP')
      await delay(ms)
      redis.kill('SIGCONT')
    },
    killRedis: () => redis.restart(),
    putRedisBack: async (ms) => {
      const file = appendOnlyFile(redis.folder)
      const [from, size] = [Date.now(), statSync(file).size]
      await delay(ms)
      await redis.end('SIGKILL')
      truncateSync(file, size)
      forgotten.push({ from, to: Date.now() })
      await redis.restart()
    },
    cutRedis: async () => {
      for (const { proxy } of slots) proxy.reset()
    },
    close: async () => {
      await wire.close()
      await house.stop()
      await Promise.all(slots.map(({ proxy }) => proxy.close()))
      await Promise.all([redis.stop(), database.drop()])
    },
  }
}

function raise(): never {
  throw new Error('a stage has at least one node')
}

/** What was written since the server started; it is cut off where its last whole entry ends. */
function appendOnlyFile(folder: string): string {
  const place = join(folder, 'appendonlydir')
  const name = readdirSync(place).find((file) => file.endsWith('.incr.aof'))
  if (name === undefined) throw new Error('Redis appends nothing')
  return join(place, name)
}
