/** Redis is killed, frozen, full, or forgets its scripts while clients refresh: nobody loses a session, and none is told twice. */
import { Redis } from 'ioredis'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { isActive } from '../security/probes.ts'
import { type FreshDatabase, freshDatabase } from '../support/databases.ts'
import { agentOf, PORTAL, refresh, SET_UP, signIn } from '../support/flows.ts'
import { type House, openHouseOn } from '../support/house.ts'
import { familiesOf, type Load, refreshSteadily } from '../support/load.ts'
import { type RunningService, startRedis } from '../support/services.ts'
import { type StoreProxy, startStoreProxy } from '../support/store-proxy.ts'
import { trailOf } from '../support/trail.ts'

let redis: RunningService
let database: FreshDatabase
let proxy: StoreProxy
let house: House
let admin: Redis
/** Those that serve. */
let nodes: string[]

beforeAll(async () => {
  ;[redis, database] = await Promise.all([startRedis('always'), freshDatabase()])
  proxy = await startStoreProxy(redis.url)
  // On a busy machine a retry takes its time: how long it may is another test's matter.
  const env = { REFRESH_REUSE_GRACE: '60s' }
  house = await openHouseOn(
    { databaseUrl: database.url, redisUrl: proxy.url },
    { setUp: SET_UP, nodes: 2, env },
  )
  nodes = house.nodes.map(({ url }) => url)
  admin = new Redis(redis.url)
  admin.on('error', () => {})
})
afterAll(async () => {
  admin?.disconnect()
  await house?.stop()
  await proxy?.close()
  await Promise.all([redis?.stop(), database?.drop()])
})

afterEach(() => {
  expect(house.log()).not.toMatch(/token\.reuse_detected|unhandled|uncaught|"level":"fatal"/i)
})

/** Eight clients, at the nodes in turn; ended whatever happens. */
async function underLoad(work: (load: Load) => Promise<void>): Promise<Load> {
  let turn = 0
  const tokens = await familiesOf(house, PORTAL, 8)
  const load = refreshSteadily(PORTAL, tokens, () => nodes[turn++ % nodes.length] ?? '')
  await work(load).finally(load.stop)
  return load
}

/** All that is not 200 was a 503, and somebody got one. */
function expectOnlyMoments({ outcomes }: Load): void {
  const refused = outcomes.filter(({ status }) => status !== 200)
  expect(refused).not.toEqual([])
  expect(refused.filter(({ status }) => status !== 503)).toEqual([])
}

test('F-101 a Redis that is killed again and again has lost no rotation that it acknowledged, and makes none twice', async () => {
  const load = await underLoad(async ({ served }) => {
    for (let kill = 0; kill < 3; kill++) {
      await served()
      await redis.restart()
    }
    await served()
  })
  expectOnlyMoments(load)
  const rotations = (await trailOf(house, ['--type', 'token.refreshed'])).filter(
    ({ event }) => event.details?.['repeat'] === false,
  )
  const families = Map.groupBy(rotations, ({ event }) => String(event['session']))
  expect(families.size).toBe(8)
  for (const [session, events] of families) {
    const numbers = events.map(({ event }) => event.details?.['number'])
    expect({ session, numbers }).toEqual({ session, numbers: numbers.map((_, n) => n + 1) })
  }
})

test('F-105 a Redis that stands still is not waited for, and what it does on waking harms nobody', async () => {
  const load = await underLoad(async (load) => {
    const { served } = load
    await served()
    redis.kill('SIGSTOP')
    try {
      const refused = () => load.outcomes.filter(({ status }) => status === 503).length
      await expect.poll(refused, { timeout: 20_000 }).toBeGreaterThan(16)
    } finally {
      redis.kill('SIGCONT')
    }
    await served()
    await served()
  })
  expectOnlyMoments(load)
  // Its own limit is a second and a half; the rest is what a busy machine needs.
  expect(Math.max(...load.outcomes.map(({ ms }) => ms))).toBeLessThan(5_000)
})

test('F-108 a full Redis takes no rotation and still reads; one that throws things away is told of at the start', async () => {
  const agent = agentOf(house)
  const { tokens } = await signIn(house, agent, PORTAL)
  await admin.config('SET', 'maxmemory', '1')
  try {
    const answer = await refresh(agent, PORTAL, tokens.refresh_token)
    expect([answer.status, answer.json()['error']]).toEqual([503, 'temporarily_unavailable'])
    expect(await isActive(agent, tokens.access_token)).toBe(true)
  } finally {
    await admin.config('SET', 'maxmemory', '0')
  }
  expect((await refresh(agent, PORTAL, tokens.refresh_token)).status).toBe(200)

  await admin.config('SET', 'maxmemory-policy', 'allkeys-lru')
  const node = await house.start()
  await admin.config('SET', 'maxmemory-policy', 'noeviction')
  const told = node.lines.filter((line) => line.includes('"level":"warn"') && line.includes('allkeys-lru'))
  expect(told).toHaveLength(1)
  await node.stop('SIGKILL')
})

test('F-110 scripts that Redis has forgotten are sent again, and no request fails for it', async () => {
  const load = await underLoad(async ({ served }) => {
    for (let time = 0; time < 5; time++) {
      await served()
      await admin.script('FLUSH')
    }
    await served()
  })
  expect(load.outcomes.filter(({ status }) => status !== 200)).toEqual([])
})

test('F-110 something else under a family’s key fails that family alone, and the log says what it is', async () => {
  const agent = agentOf(house)
  const [{ tokens }, { tokens: others }] = [
    await signIn(house, agent, PORTAL),
    await signIn(house, agent, PORTAL),
  ]
  const before = new Set(await familyKeys())
  const { tokens: victim } = await signIn(house, agent, PORTAL)
  const [key = ''] = (await familyKeys()).filter((one) => !before.has(one))
  const failsWith = async (reason: string): Promise<void> => {
    const answer = await refresh(agent, PORTAL, victim.refresh_token)
    expect([answer.status, answer.json()['error']]).toEqual([500, 'server_error'])
    expect(answer.text).not.toMatch(/WRONGTYPE|no grant|ghr_/)
    const id = answer.headers.get('x-request-id') ?? ''
    const lines = () => house.log().split('\n')
    const line = () => lines().find((one) => one.includes(id) && one.includes(reason)) ?? ''
    await expect.poll(line, { timeout: 10_000 }).toContain('"level":"error"')
  }
  await admin.set(key, 'nothing of ours')
  await failsWith('is no grant')
  await admin.del(key)
  await admin.hset(key, 'nothing', 'of ours')
  await failsWith('WRONGTYPE')
  for (const { refresh_token } of [tokens, others])
    expect((await refresh(agent, PORTAL, refresh_token)).status).toBe(200)
})

const familyKeys = (): Promise<string[]> => admin.keys('gh:{*}')

test('F-111 a rotation whose answer from Redis is lost stands, and its repeat gets the same successor', async () => {
  const agent = agentOf(house)
  const { tokens } = await signIn(house, agent, PORTAL)
  const held = proxy.hold('answer', 2)
  const lost = refresh(agent, PORTAL, tokens.refresh_token)
  await held
  proxy.reset()
  expect((await lost).status).toBe(503)
  const again = async () => (await refresh(agent, PORTAL, tokens.refresh_token)).json()
  await expect.poll(again, { timeout: 20_000 }).toHaveProperty('refresh_token')
  const successor = String((await again())['refresh_token'])
  expect((await again())['refresh_token']).toBe(successor)
  const next = await refresh(agent, PORTAL, successor)
  expect(next.status).toBe(200)
  const ids = [(await lost).headers.get('x-request-id'), next.headers.get('x-request-id')]
  const rotations = (await trailOf(house, ['--type', 'token.refreshed'])).filter(
    ({ event }) => ids.includes(String(event['request_id'])) && event.details?.['repeat'] === false,
  )
  expect(rotations.map(({ event }) => event.details?.['number'])).toEqual([1, 2])
})
