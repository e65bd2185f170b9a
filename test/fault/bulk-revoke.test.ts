/** Ten thousand sessions are ended by one call: it is acknowledged at once, and what is left goes in the background. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { onDatabase } from '../security/probes.ts'
import { countOf, leftOf, makeCrowd, signInOf } from '../support/crowd.ts'
import { type FreshDatabase, freshDatabase, freshRedis } from '../support/databases.ts'
import { APP, agentOf, PERSON, PORTAL, refresh, SET_UP } from '../support/flows.ts'
import { type House, openHouseOn } from '../support/house.ts'
import { familiesOf, refreshSteadily } from '../support/load.ts'
import { withHouse } from '../support/on-every-storage.ts'
import { startStoreProxy } from '../support/store-proxy.ts'
import { trailOf } from '../support/trail.ts'
import { commandWithin, withinState } from '../support/within.ts'

const GRACE = 'grace@example.com'
const SOON = { timeout: 15_000, interval: 50 }
const ONLY_THE_LATE = { grants: 1, sessions: 0 }

const revoke = (house: House, organization: string, env: Record<string, string> = {}) =>
  commandWithin(house, ['sessions', 'revoke', '--organization', organization, '--json'], { env })

describe.each(['postgresql', 'redis'] as const)('on %s', (storage) => {
  withHouse({ storage, nodes: 2 }, (house) => {
    it('L-7 ten thousand sessions of one organization end while others go on', async () => {
      const organization = 'acme'
      await makeCrowd(house(), { email: GRACE, organization, count: 10_000, browsers: 500 })
      const [before, after] = [
        await signInOf(house(), { email: GRACE, organization }),
        await signInOf(house(), { email: GRACE, organization }),
      ]
      const load = refreshSteadily(
        PORTAL,
        await familiesOf(house(), PORTAL, 4),
        () => house().nodes[0]?.url ?? '',
      )
      await load.served()
      const { stdout } = await revoke(house(), organization)
      expect(JSON.parse(stdout)).toMatchObject({ revoked: 'organization' })
      for (const [n, { url }] of house().nodes.entries()) {
        const tokens = n === 0 ? before : after
        const refused = async () => (await refresh(agentOf(house()), APP, tokens.refresh_token, url)).status
        await expect.poll(refused, SOON).toBe(400)
      }
      // Of after it: it must be there when the last of before has gone.
      const late = await signInOf(house(), { email: GRACE, organization })
      expect(await leftOf(house(), organization)).toEqual(ONLY_THE_LATE)
      expect((await refresh(agentOf(house(), 1), APP, late.refresh_token)).status).toBe(200)
      await load.served()
      await load.stop()
      expect(load.outcomes.filter(({ status }) => status !== 200)).toEqual([])
      const told = (await trailOf(house())).filter(({ event }) => event.type.endsWith('tokens_revoked'))
      expect(told.map(({ event }) => [event.type, event['actor'], event['organization']])).toEqual([
        ['organization.tokens_revoked', 'command', organization],
      ])
    })
  })
})

describe('F-143 a worker that is killed while it takes out what was revoked', () => {
  let database: FreshDatabase
  let house: House
  let wire: Awaited<ReturnType<typeof startStoreProxy>>
  let slow: House
  beforeAll(async () => {
    database = await freshDatabase()
    const stores = { databaseUrl: database.url, redisUrl: freshRedis() }
    wire = await startStoreProxy(stores.redisUrl)
    house = await openHouseOn(stores, { setUp: SET_UP, nodes: 0 })
    slow = await openHouseOn({ ...stores, redisUrl: wire.url }, { nodes: 0 })
  })
  afterAll(async () => {
    await Promise.all([house?.stop(), slow?.stop()])
    await wire?.close()
    await database?.drop()
  })

  it('is followed by another, who goes on where it stopped', async () => {
    const organization = 'acme'
    const count = 2_000
    await makeCrowd(house, { email: GRACE, organization, count, browsers: 100 })
    // It is acknowledged as soon as PostgreSQL has taken its word.
    const { stdout } = await revoke(house, organization, { REDIS_URL: 'redis://127.0.0.1:1' })
    expect(JSON.parse(stdout)).toMatchObject({ left_to_background: true })
    const worker = await slow.start(undefined, {}, ['--role', 'worker'])
    wire.delay(300)
    await withinState(house, async (core, state) => {
      const left = async () => (await countOf(core, state, organization)).grants
      await expect.poll(left, { ...SOON, interval: 20 }).toBeLessThan(count)
      await worker.stop('SIGKILL')
      expect(await left()).toBeGreaterThan(0)
      expect(await core.cleanUps.next(10)).toHaveLength(1)
    })
    await onDatabase(house, `delete from worker_leases`)
    await house.start()
    const late = await signInOf(house, { email: PERSON.email, organization })
    expect(await leftOf(house, organization)).toEqual(ONLY_THE_LATE)
    expect((await refresh(agentOf(house), APP, late.refresh_token)).status).toBe(200)
    const told = (await trailOf(house)).filter(({ event }) => event.type === 'organization.tokens_revoked')
    expect(told).toHaveLength(1)
  })
})
