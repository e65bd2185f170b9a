/**
 * Two nodes on the same stores, one of which is killed in the middle of a request: exactly before or after a message
 * that it has about state. A token request has two: one reads, one decides.
 */
import { Redis } from 'ioredis'
import { Client } from 'pg'
import { linesOf } from '../../adapters/redis/grant-record.ts'
import { SET_UP } from './flows.ts'
import { type House, openHouse, openHouseOn } from './house.ts'
import { type StoreProxy, startStoreProxy } from './store-proxy.ts'

export const STEPS = [
  { step: 'before it has read', part: 'message', nth: 1, committed: false },
  { step: 'before it has decided', part: 'message', nth: 2, committed: false },
  { step: 'before it knows what was decided', part: 'answer', nth: 2, committed: true },
] as const

export type Step = (typeof STEPS)[number]

export interface Stage {
  /** Where the client asks again. */
  survivor: House
  /** How a request ended whose node was killed at a step. */
  killAt(step: Step, request: (node: string) => Promise<{ status: number }>): Promise<number | 'cut off'>
  families(): Promise<number>
  close(): Promise<void>
}

/** `env` is for both nodes. */
export async function setStage(storage: 'postgresql' | 'redis', env: Record<string, string>): Promise<Stage> {
  const survivor = await openHouse({ storage, setUp: SET_UP, env })
  const { databaseUrl = '', redisUrl } = survivor
  const stores = { databaseUrl, ...(redisUrl !== undefined && { redisUrl }) }
  const proxy = await startStoreProxy(redisUrl ?? databaseUrl)
  const proxied = storage === 'redis' ? { ...stores, redisUrl: proxy.url } : { databaseUrl: proxy.url }
  const victim = await openHouseOn(proxied, { nodes: 0, env })
  return {
    survivor,
    killAt: (step, request) => killAt(proxy, victim, step, request),
    families: () => countFamilies(stores),
    close: async () => {
      await victim.stop()
      await proxy.close()
      await survivor.stop()
    },
  }
}

async function killAt(
  proxy: StoreProxy,
  victim: House,
  { part, nth }: Step,
  request: (node: string) => Promise<{ status: number }>,
): Promise<number | 'cut off'> {
  const node = await victim.start()
  const held = proxy.hold(part, nth)
  const outcome = request(node.url).then(
    ({ status }) => status,
    () => 'cut off' as const,
  )
  const early = await Promise.race([outcome, held])
  await node.stop('SIGKILL')
  proxy.reset()
  if (early !== undefined) throw new Error(`answered ${early} after ${proxy.messages} messages`)
  return outcome
}

/** Those that the stores hold, of whomever. */
export async function countFamilies(stores: { databaseUrl: string; redisUrl?: string }): Promise<number> {
  if (stores.redisUrl === undefined) {
    const client = new Client({ connectionString: stores.databaseUrl })
    await client.connect()
    const { rowCount } = await client.query('select from state_grants where family_payload is not null')
    await client.end()
    return rowCount ?? 0
  }
  const redis = new Redis(stores.redisUrl)
  const records = await Promise.all(
    (await redis.keys('gh:{*}')).filter((key) => key.endsWith('}')).map((key) => redis.get(key)),
  )
  await redis.quit()
  return records.filter((record) => record !== null && linesOf(record).family !== '').length
}
