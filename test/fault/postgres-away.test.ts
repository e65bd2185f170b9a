/** PostgreSQL is restarted, slow, or asked by too many at once: requests wait so long and no longer, and it passes. */
import { setTimeout as delay } from 'node:timers/promises'
import { Client } from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { agentOf, authorizationRequest, PORTAL, refresh, SET_UP, signIn } from '../support/flows.ts'
import { type House, openHouseOn } from '../support/house.ts'
import { familiesOf, refreshSteadily } from '../support/load.ts'
import { type RunningService, startPostgres } from '../support/services.ts'
import { type StoreProxy, startStoreProxy } from '../support/store-proxy.ts'

let postgres: RunningService
let proxy: StoreProxy
let house: House
let url: string

beforeAll(async () => {
  postgres = await startPostgres()
  // A killed server must not forget what it has acknowledged; the others of a run may.
  proxy = await startStoreProxy(`${postgres.url}?options=${encodeURIComponent('-c synchronous_commit=on')}`)
  house = await openHouseOn({ databaseUrl: proxy.url }, { setUp: SET_UP })
  url = house.nodes[0]?.url ?? ''
})
afterAll(async () => {
  await house?.stop()
  await proxy?.close()
  await postgres?.stop()
})

const families = (count: number) => familiesOf(house, PORTAL, count)

/** The status, and how long it took. */
async function timed(sent: Promise<{ status: number }>): Promise<{ status: number; ms: number }> {
  const began = Date.now()
  return { status: (await sent).status, ms: Date.now() - began }
}

const refreshed = (token: string) => timed(refresh(agentOf(house), PORTAL, token))

/** The longest of many requests that need no database, one after the other, until `work` is done. */
async function longestOfUnrelated(work: Promise<unknown>): Promise<number> {
  let [longest, done] = [0, false]
  const ending = work.finally(() => {
    done = true
  })
  while (!done) {
    for (const path of ['/oauth2/jwks', '/.well-known/openid-configuration']) {
      const { status, ms } = await timed(fetch(url + path))
      expect(status).toBe(200)
      longest = Math.max(longest, ms)
    }
    await delay(20)
  }
  await ending
  return longest
}

test('F-122 PostgreSQL restarted under load costs moments of 503 and no session', async () => {
  const load = refreshSteadily(PORTAL, await families(5), () => url)
  let back = Number.POSITIVE_INFINITY
  try {
    await load.served()
    await postgres.restart()
    back = Date.now()
    await load.served()
    await load.served()
  } finally {
    await load.stop()
  }
  const refused = load.outcomes.filter(({ status }) => status !== 200)
  expect(refused.filter(({ status }) => status !== 503)).toEqual([])
  expect(refused).not.toEqual([])
  expect(Math.max(...refused.map(({ at }) => at)) - back).toBeLessThan(5_000)
  expect(Math.max(...load.outcomes.map(({ ms }) => ms))).toBeLessThan(3_000)
})

test('F-123 half a second on every answer slows down those who need the database, and nobody else', async () => {
  const tokens = await families(8)
  proxy.delay(500)
  const slow = Promise.all(tokens.map(refreshed))
  expect(await longestOfUnrelated(slow)).toBeLessThan(1_000)
  for (const { status, ms } of await slow) {
    expect(status).toBe(200)
    expect(ms).toBeLessThan(5_000)
  }
  proxy.delay(0)
})

test('F-123 a statement that would take a minute is given up, and takes no other request along', async () => {
  const [others, [stuck = '']] = [await families(4), await families(1)]
  const client = new Client({ connectionString: postgres.url })
  await client.connect()
  try {
    await client.query('begin')
    await client.query('select from state_grants order by expires_at desc limit 1 for update')
    const waiting = Promise.all(Array.from({ length: 10 }, () => refreshed(stuck)))
    const others200 = Promise.all(others.map(refreshed))
    expect(await longestOfUnrelated(Promise.all([waiting, others200]))).toBeLessThan(1_000)
    for (const { status, ms } of await others200) {
      expect(status).toBe(200)
      expect(ms).toBeLessThan(1_000)
    }
    for (const { status, ms } of await waiting) {
      expect(status).toBe(503)
      expect(ms).toBeLessThan(3_000)
    }
    // More than there are connections: they come back while the row is still locked.
    const flood = await Promise.all(Array.from({ length: 40 }, () => refreshed(stuck)))
    expect(new Set(flood.map(({ status }) => status))).toEqual(new Set([503]))
    expect((await signIn(house, agentOf(house), PORTAL)).tokens.token_type).toBe('Bearer')
  } finally {
    await client.query('rollback')
    await client.end()
  }
  expect((await refreshed(stuck)).status).toBe(200)
})

test('F-123 a PostgreSQL that stands still is not waited for, and what it does on waking harms nobody', async () => {
  const tokens = await families(5)
  postgres.kill('SIGSTOP')
  try {
    const waiting = Promise.all(tokens.map(refreshed))
    expect(await longestOfUnrelated(waiting)).toBeLessThan(1_000)
    for (const { status, ms } of await waiting) {
      expect(status).toBe(503)
      expect(ms).toBeLessThan(3_000)
    }
  } finally {
    postgres.kill('SIGCONT')
  }
  const again = await Promise.all(tokens.map(refreshed))
  expect(again.map(({ status }) => status)).toEqual(tokens.map(() => 200))
})

test('F-124 two hundred clients and one connection: each is answered in time, and nothing is stuck', async () => {
  const tokens = await families(10)
  const narrow = await openHouseOn({ databaseUrl: proxy.url }, { env: { DATABASE_POOL_MAX: '1' } })
  try {
    proxy.delay(50)
    const answers = await Promise.all(
      Array.from({ length: 200 }, (_, n) => {
        const agent = agentOf(narrow)
        const token = tokens[n % 20]
        return timed(
          token === undefined
            ? agent.request(authorizationRequest(PORTAL).url)
            : refresh(agent, PORTAL, token),
        )
      }),
    )
    proxy.delay(0)
    expect(answers.filter(({ status }) => ![200, 303, 503].includes(status))).toEqual([])
    expect(answers.some(({ status }) => status === 503)).toBe(true)
    expect(Math.max(...answers.map(({ ms }) => ms))).toBeLessThan(10_000)
    // With its transactions: none of them asks for a second connection.
    expect((await signIn(narrow, agentOf(narrow), PORTAL)).tokens.token_type).toBe('Bearer')
  } finally {
    proxy.delay(0)
    await narrow.stop()
  }
})

test('F-125 a PostgreSQL that only reads for a while is away for writers, and its connections are left behind', async () => {
  const reads = (only: 'on' | 'off') => setEverywhere(postgres.url, 'default_transaction_read_only', only)
  const load = refreshSteadily(PORTAL, await families(4), () => url)
  let back = Number.POSITIVE_INFINITY
  try {
    await load.served()
    await reads('on')
    const before = await backends()
    await expect
      .poll(() => load.outcomes.filter(({ status }) => status === 503).length, SOON)
      .toBeGreaterThan(10)
    // Each was a server's that only reads, so nobody is handed it again.
    await expect.poll(async () => (await backends()).intersection(before).size, SOON).toBe(0)
    await reads('off')
    back = Date.now()
    await load.served()
    await load.served()
  } finally {
    await reads('off')
    await load.stop()
  }
  const refused = load.outcomes.filter(({ status }) => status !== 200)
  expect(refused.filter(({ status }) => status !== 503)).toEqual([])
  expect(Math.max(...refused.map(({ at }) => at)) - back).toBeLessThan(5_000)
  expect((await signIn(house, agentOf(house), PORTAL)).tokens.token_type).toBe('Bearer')
})

const SOON = { timeout: 15_000, interval: 50 }

/** As a failover does it: the same server, from now on, for everybody. */
async function setEverywhere(server: string, name: string, value: string): Promise<void> {
  const client = new Client({ connectionString: server })
  await client.connect()
  await client.query('set default_transaction_read_only = off')
  await client.query(`alter system set ${name} = ${value}`)
  await client.query('select pg_reload_conf()')
  await client.end()
}

/** Connections on which requests were answered. */
async function backends(): Promise<Set<number>> {
  const client = new Client({ connectionString: postgres.url })
  await client.connect()
  const { rows } = await client.query<{ pid: number }>(
    "select pid from pg_stat_activity where application_name = 'gatehouse' and query ~ 'state_'",
  )
  await client.end()
  return new Set(rows.map(({ pid }) => pid))
}
