/** PostgreSQL or a node is killed while events are recorded, moved and chained. */
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest'
import { deleteUser } from '../../src/accounts/delete-user.ts'
import { StoreAway } from '../../src/shared/app-error.ts'
import { onServer } from '../support/databases.ts'
import { agentOf, PORTAL, refresh, signIn } from '../support/flows.ts'
import { type House, openHouseOn } from '../support/house.ts'
import { withHouse } from '../support/on-every-storage.ts'
import { type RunningService, startPostgres } from '../support/services.ts'
import { expectWhole, type TrailLine, trailOf, typesOf } from '../support/trail.ts'
import { type Core, commandWithin, within } from '../support/within.ts'

describe('PostgreSQL that is killed', () => {
  let postgres: RunningService
  let house: House
  beforeAll(async () => {
    postgres = await startPostgres()
    // What is acknowledged must be there after a kill: the test server's haste would lose it.
    await onServer(postgres.url, 'alter database postgres set synchronous_commit = on')
    house = await openHouseOn({ databaseUrl: postgres.url }, { nodes: 0 })
    await commandWithin(house, ['migrate'])
  })
  afterAll(async () => {
    await house?.stop()
    await postgres?.stop()
  })

  test('F-121 L-12 keeps of a sign-up, a password, a deletion and the chain all or nothing', async () => {
    const acknowledged = await within(house, (core) => changeUntilKilled(core, postgres, 3))
    const trail = await trailOf(house)
    const told = (requestId: string) => trail.filter(({ event }) => event['request_id'] === requestId)
    expect(acknowledged.length).toBeGreaterThan(30)
    for (const { requestId, type } of acknowledged)
      expect(told(requestId).map(({ event }) => event.type)).toEqual([type])
    await within(house, (core) => expectEventsHaveTheirChanges(core, trail))
    await expectWhole(house)
  })
})

interface Acknowledged {
  requestId: string
  type: string
}

/** Changes by several at once, while events are chained; PostgreSQL dies under them again and again. */
async function changeUntilKilled(
  core: Core,
  postgres: RunningService,
  times: number,
): Promise<Acknowledged[]> {
  const acknowledged: Acknowledged[] = []
  let [over, count] = [false, 0]
  const trying = async (work: () => Promise<unknown>): Promise<boolean> => {
    try {
      return (await work()) !== undefined
    } catch (error) {
      if (!(error instanceof StoreAway)) throw error
      return false
    }
  }
  const change = async (): Promise<void> => {
    const n = count++
    const email = `person-${n}@example.com`
    const by = (step: string) => ({ requestId: `${step}-${n}` })
    const note = (step: string, type: string) => acknowledged.push({ requestId: `${step}-${n}`, type })
    const done = await trying(() => core.createUser({ email }, by('create')))
    if (!done) return
    note('create', 'user.created')
    const account = await core.accounts.users.findByEmailKey(email).catch(() => undefined)
    if (account === undefined) return
    if (await trying(() => core.setPassword(account, 'analytical engine 1843', by('password'))))
      note('password', 'password.set')
    if (n % 2 === 0 && (await trying(() => deleteUser(core)(account.id, by('delete')))))
      note('delete', 'user.deleted')
  }
  const changing = Array.from({ length: 4 }, async () => {
    while (!over) await change()
  })
  const chaining = (async () => {
    while (!over) await trying(() => core.auditChain.linkNext(core.clock.now(), 7))
  })()
  for (let kill = 0; kill < times; kill++) {
    const before = acknowledged.length
    await expect.poll(() => acknowledged.length, { timeout: 30_000 }).toBeGreaterThan(before + 10)
    await postgres.restart()
  }
  over = true
  await Promise.all([...changing, chaining])
  return acknowledged
}

async function expectEventsHaveTheirChanges({ accounts }: Core, trail: readonly TrailLine[]): Promise<void> {
  const of = (type: string) => trail.filter(({ event }) => event.type === type)
  const deleted = new Set(of('user.deleted').map(({ event }) => event['subject']))
  for (const { event } of of('user.created')) {
    const subject = String(event['subject'])
    expect((await accounts.users.findBySub(subject)) === undefined).toBe(deleted.has(subject))
  }
  const all = await accounts.users.list({ limit: 10_000 })
  expect(all).toHaveLength(of('user.created').length - deleted.size)
}

describe.each(['redis', 'postgresql'] as const)('a node on %s', (storage) => {
  withHouse({ storage, nodes: 2 }, (house) => {
    it('L-12 F-141 that is killed leaves the trail of what it answered to the others', async () => {
      const agents = await Promise.all(
        Array.from({ length: 4 }, async (_, n) => {
          const agent = agentOf(house(), 1)
          const { tokens } = await signIn(house(), agent, PORTAL)
          return { agent, token: tokens.refresh_token, n }
        }),
      )
      const answered: string[] = []
      const [victim] = house().nodes
      const refreshing = agents.map(async ({ agent, token }) => {
        for (let current = token; ; ) {
          const answer = await refresh(agent, PORTAL, current, victim?.url).catch(() => undefined)
          if (answer?.status !== 200) return
          answered.push(answer.headers.get('x-request-id') ?? '')
          current = String(answer.json()['refresh_token'])
        }
      })
      await expect.poll(() => answered.length, { timeout: 20_000 }).toBeGreaterThan(40)
      await victim?.stop('SIGKILL')
      await Promise.all(refreshing)
      const trail = await trailOf(house())
      for (const requestId of answered) expect(typesOf(trail, requestId)).toEqual(['token.refreshed'])
      await expectWhole(house())
    })
  })
})

withHouse({ storage: 'embedded' }, (house) => {
  test('L-12 F-141 on embedded storage, which dies with its node, what was answered is in the trail', async () => {
    const agent = agentOf(house())
    const { tokens } = await signIn(house(), agent, PORTAL)
    const answered: string[] = []
    const refreshing = (async () => {
      for (let current = tokens.refresh_token; ; ) {
        const answer = await refresh(agent, PORTAL, current).catch(() => undefined)
        if (answer?.status !== 200) return
        answered.push(answer.headers.get('x-request-id') ?? '')
        current = String(answer.json()['refresh_token'])
      }
    })()
    await expect.poll(() => answered.length, { timeout: 20_000 }).toBeGreaterThan(10)
    await house().nodes[0]?.stop('SIGKILL')
    await refreshing
    const trail = await trailOf(house())
    for (const requestId of answered) expect(typesOf(trail, requestId)).toEqual(['token.refreshed'])
    await expectWhole(house())
  })
})
