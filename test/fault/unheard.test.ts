/** A verdict needs a listener: whoever has hung up, or has waited too long, must not end anything by a late request. */
import { request } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { eventsOf, metric, SOON } from '../security/probes.ts'
import type { Agent } from '../support/agent.ts'
import { freshDatabase, freshRedis } from '../support/databases.ts'
import { agentOf, basic, PORTAL, refresh, SET_UP, signIn } from '../support/flows.ts'
import { type House, openHouseOn } from '../support/house.ts'
import { type StoreProxy, startStoreProxy } from '../support/store-proxy.ts'
import { trailOf } from '../support/trail.ts'

const UNHEARD = 'auth_refresh_total{result="unheard"}'
/** How long the store's answers take: there is time to hang up between a question and its answer. */
const SLOW = 1000
/** What is not remembered is asked for first, one after the other. */
const SLOWLY = { timeout: 30_000, interval: 100 }
const STORAGES = ['postgresql', 'redis'] as const

interface Stage {
  house: House
  proxy: StoreProxy
  close(): Promise<void>
}

/** A node whose way to its store can be slow. Without any grace: what is used twice is reuse. */
async function setStage(storage: (typeof STORAGES)[number]): Promise<Stage> {
  const database = await freshDatabase()
  const proxy = await startStoreProxy(storage === 'redis' ? freshRedis() : database.url)
  const stores =
    storage === 'redis' ? { databaseUrl: database.url, redisUrl: proxy.url } : { databaseUrl: proxy.url }
  const house = await openHouseOn(stores, { setUp: SET_UP, env: { REFRESH_REUSE_GRACE: '0' } })
  return {
    house,
    proxy,
    close: async () => {
      await house.stop()
      await proxy.close()
      await database.drop()
    },
  }
}

/** Asks for a refresh, and hangs up before the store has answered. */
async function refreshAndHangUp({ house, proxy }: Stage, token: string): Promise<void> {
  const body = new URLSearchParams({ grant_type: 'refresh_token', refresh_token: token }).toString()
  const headers = { ...basic(PORTAL), 'content-type': 'application/x-www-form-urlencoded' }
  proxy.delay(SLOW)
  const before = proxy.messages
  const sent = request(`${house.nodes[0]?.url}/oauth2/token`, { method: 'POST', headers, agent: false })
  sent.on('error', () => {})
  sent.end(body)
  await vi.waitUntil(() => proxy.messages > before, SOON)
  sent.destroy()
}

const outcomes = (house: House) => eventsOf(house, 'token.refreshed').map(({ outcome }) => outcome)

const familyOf = async (house: House, agent: Agent) => {
  const { refresh_token: r0 } = (await signIn(house, agent, PORTAL)).tokens
  const r1 = String((await refresh(agent, PORTAL, r0)).json()['refresh_token'])
  return { r0, r1 }
}

let stages: Stage[] = []
beforeAll(async () => {
  stages = await Promise.all(STORAGES.map(setStage))
})
afterAll(() => Promise.all(stages.map((stage) => stage.close())))

describe.each(STORAGES)('on %s', (storage) => {
  const staged = () => {
    const stage = stages[STORAGES.indexOf(storage)]
    if (stage === undefined) throw new Error('the stage is not set')
    return { ...stage, stage, agent: agentOf(stage.house) }
  }

  it('F-193 F-194 a request whose client has hung up rotates nothing', async () => {
    const { house, proxy, stage, agent } = staged()
    const { r1 } = await familyOf(house, agent)
    const counted = await metric(house, UNHEARD)
    await refreshAndHangUp(stage, r1)
    await expect.poll(() => metric(house, UNHEARD), SLOWLY).toBe(counted + 1)
    proxy.delay(0)
    // Without any grace, a second use would have been the end of the family.
    expect((await refresh(agent, PORTAL, r1)).status).toBe(200)
    await expect.poll(() => outcomes(house).at(-1), SOON).toBe('rotated')
  })

  it('F-193 a reuse that nobody waits for ends nothing, and is in the trail', async () => {
    const { house, proxy, stage, agent } = staged()
    const { r0, r1 } = await familyOf(house, agent)
    const counted = await metric(house, UNHEARD)
    await refreshAndHangUp(stage, r0)
    await expect.poll(() => metric(house, UNHEARD), SLOWLY).toBe(counted + 1)
    proxy.delay(0)
    expect((await refresh(agent, PORTAL, r1)).status).toBe(200)
    const types = (await trailOf(house)).map(({ event }) => event.type)
    expect(types).toContain('token.reuse_ignored')
    expect(types).not.toContain('token.reuse_detected')
    // The same with somebody who waits.
    expect((await refresh(agent, PORTAL, r0)).status).toBe(400)
    await expect.poll(() => eventsOf(house, 'token.reuse_detected').length, SOON).toBe(1)
  })
})

it('F-193 a node that was frozen in the middle of a request gives no verdict on it', () =>
  Promise.all(stages.map(freeze)))

async function freeze({ house, proxy }: Stage): Promise<void> {
  const agent = agentOf(house)
  const { r0, r1 } = await familyOf(house, agent)
  const reuses = eventsOf(house, 'token.reuse_detected').length
  proxy.pause()
  const before = proxy.messages
  const answer = refresh(agent, PORTAL, r0)
  await vi.waitUntil(() => proxy.messages > before, SOON)
  const { process: node, management } = house.nodes[0] ?? {}
  node?.kill('SIGSTOP')
  // Longer than a request is listened to.
  await delay(5_500)
  proxy.resume()
  node?.kill('SIGCONT')
  expect((await answer).status).toBe(503)
  await vi.waitUntil(async () => (await fetch(`${management}/readyz`)).ok, SOON)
  expect((await refresh(agent, PORTAL, r1)).status).toBe(200)
  expect(eventsOf(house, 'token.reuse_detected')).toHaveLength(reuses)
}
