/** What waits for webhooks, in PostgreSQL and in embedded storage: taken once, bounded, in order for each subject. */
import { randomUUIDv7 } from 'node:crypto'
import { sql } from 'kysely'
import { beforeAll, expect, it } from 'vitest'
import type { OpenDatabase } from '../../adapters/database.ts'
import { type ChainRepository, createChainRepository } from '../../src/audit/chain-repository.ts'
import { createEvent, type NewEvent, toStored } from '../../src/audit/event.ts'
import { createInbox } from '../../src/audit/inbox-repository.ts'
import { createRecords } from '../../src/audit/record.ts'
import {
  createDeliveriesRepository,
  type DeliveriesRepository,
  type Delivery,
} from '../../src/events/webhooks/deliveries-repository.ts'
import { createFanOut, MOST_WAITING } from '../../src/events/webhooks/fan-out.ts'
import { createWebhooksRepository } from '../../src/events/webhooks/webhooks-repository.ts'
import { dataKeyLives } from '../../src/keys/data-key-states.ts'
import { loadDataKeys } from '../../src/keys/data-keys.ts'
import { createDataKeysRepository } from '../../src/keys/data-keys-repository.ts'
import { createMasterKeys } from '../../src/keys/master-keys.ts'
import { LeaseLost } from '../../src/workers/job.ts'
import { webhooksJob } from '../../src/workers/webhooks.ts'
import { onBothDatabases } from '../support/on-both-databases.ts'

const NOW = Date.now()
const refreshed = (subject: string): NewEvent => ({
  type: 'token.refreshed',
  subject,
  details: { number: 1, repeat: false },
})
const disabled = (subject: string): NewEvent => ({ type: 'user.disabled', subject })
const made = (name: string) => createEvent({}, { type: 'webhook.created', details: { webhook: name } }, NOW)

onBothDatabases((opened) => {
  let database: OpenDatabase
  let chain: ChainRepository
  let deliveries: DeliveriesRepository
  beforeAll(async () => {
    database = opened()
    const keys = await loadDataKeys({
      repository: createDataKeysRepository(database.db),
      masters: createMasterKeys([Buffer.alloc(32, 1)]),
      lives: dataKeyLives({ refreshFamilyExp: 1, sessionMaxExp: 1 }),
    })
    chain = createChainRepository(database.db, createRecords(keys))
    deliveries = createDeliveriesRepository(database.db)
  })

  const fanOut = (now = NOW) => createFanOut({ deliveries })(now)
  /** In the order of their ids, which is that of the trail. */
  const happen = async (...events: NewEvent[]): Promise<string[]> => {
    const ids = events.map(() => randomUUIDv7()).toSorted()
    const stored = events.map((event, n) => toStored({ ...createEvent({}, event, NOW), id: ids[n] ?? '' }))
    await createInbox(database.db).takeIn(stored)
    while ((await chain.linkNext(NOW, 50)) > 0);
    return ids
  }
  /** Alone: whoever was made before is gone, and its own making is told already. */
  const webhook = async (events: readonly string[]): Promise<string> => {
    await sql`delete from webhooks`.execute(database.db)
    const id = randomUUIDv7()
    const described = { id, name: 'w', url: 'https://w.example/', secretSealed: Buffer.of(1) }
    while ((await chain.linkNext(NOW, 50)) > 0);
    await createWebhooksRepository(database.db).add({ ...described, events, managedBy: undefined }, made('w'))
    return id
  }
  const due = (id: string, room = 100, underWay: Delivery[] = [], now = NOW) =>
    deliveries.due(new Map([[id, room]]), underWay, now)
  const ids = (rows: readonly Delivery[]) => rows.map(({ eventId }) => eventId)
  const done = (rows: readonly Delivery[]) =>
    deliveries.settle({ done: rows, failed: [], health: new Map() }, NOW)

  it('both chains come woven, and of those about one subject the first alone is due', async () => {
    const id = await webhook(['user.disabled', 'token.refreshed'])
    const [a1, a2, b1, a3] = await happen(refreshed('a'), disabled('a'), disabled('b'), refreshed('a'))
    await fanOut()
    await fanOut()
    const first = await due(id)
    expect(ids(first)).toEqual([a1, b1])
    expect(JSON.parse(first[0]?.content?.record ?? '')).toMatchObject({ id: a1, type: 'token.refreshed' })
    // Under way is not done: nothing overtakes it.
    expect(ids(await due(id, 100, first))).toEqual([])
    await done(first)
    expect(ids(await due(id))).toEqual([a2])
    await done(await due(id))
    expect(ids(await due(id))).toEqual([a3])
  })

  it('of those about nobody none waits for another, but for changes of one client', async () => {
    const id = await webhook(['login.failed', 'client.*'])
    const failed: NewEvent = { type: 'login.failed', client: 'portal', details: { method: 'password' } }
    const changed: NewEvent = { type: 'client.updated', client: 'portal', details: { fields: [] } }
    const [first, second, third] = await happen(failed, failed, changed, changed)
    await fanOut()
    expect(ids(await due(id))).toEqual([first, second, third])
  })

  it('what failed waits for its time, and holds back its own; set aside, it lets them go', async () => {
    const id = await webhook(['user.disabled'])
    const [first, second] = await happen(disabled('a'), disabled('a'))
    await fanOut()
    const [row] = await due(id)
    const failed = {
      webhook: id,
      number: row?.number ?? 0,
      attempts: 1,
      reason: 'timeout',
      retryAt: NOW + 1000,
    }
    const settle = (over: object) =>
      deliveries.settle({ done: [], failed: [{ ...failed, ...over }], health: new Map() }, NOW)
    await settle({})
    // Told by another leader, who had seen less.
    await settle({ retryAt: undefined })
    expect([ids(await due(id)), ids(await due(id, 1, [], NOW + 1000))]).toEqual([[], [first]])
    await settle({ attempts: 2, retryAt: undefined })
    expect(ids(await due(id))).toEqual([second])
    expect(await deliveries.dead(id)).toMatchObject([{ eventId: first, attempts: 2, reason: 'timeout' }])
    const replay = { now: NOW, event: () => made('w') }
    expect(await deliveries.replay(id, { ...replay, eventIds: [second ?? ''] })).toBe(0)
    expect(await deliveries.replay(id, { ...replay, eventIds: [first ?? ''] })).toBe(1)
    expect(ids(await due(id))).toEqual([first])
  })

  it('so many wait for one at the most; the trail keeps the rest, and nothing is left out', async () => {
    const id = await webhook(['user.disabled'])
    await happen(disabled('a'))
    await fanOut()
    for (let n = 0; n < MOST_WAITING - 2; n += 2000)
      await sql`
        insert into webhook_deliveries
          (webhook, ordered_by, chain, recorded_at, sequence, event_id, type, created_at, next_attempt_at)
        select webhook, 'user:a', chain, recorded_at, sequence, gen_random_uuid(), type, created_at, ${new Date(NOW)}
        from (select * from webhook_deliveries where webhook = ${id} limit 1) one,
          generate_series(${n + 1}::int, ${Math.min(MOST_WAITING - 2, n + 2000)}::int)`.execute(database.db)
    const [last, left] = await happen(disabled('b'), disabled('c'))
    await fanOut()
    const waiting = async () => (await deliveries.depths()).get(id)?.waiting
    expect(await waiting()).toBe(MOST_WAITING)
    expect(ids(await due(id))).toContain(last)
    await fanOut()
    expect(ids(await due(id))).not.toContain(left)
    await done((await due(id)).slice(0, 1))
    await fanOut()
    expect(ids(await due(id))).toContain(left)
    expect(await waiting()).toBe(MOST_WAITING)
  })

  it('F-150 a worker that leads no longer tells nothing more', async () => {
    await webhook(['user.disabled'])
    await happen(disabled('a'))
    const told: string[] = []
    const webhooks = createWebhooksRepository(database.db)
    const use = {
      webhooks,
      deliveries,
      fanOut: createFanOut({ deliveries }),
      tell: async (_: unknown, { eventId }: Delivery) => {
        told.push(eventId)
        return { result: 'delivered' } as const
      },
      receivers: { room: () => 1 },
      clock: { now: () => NOW },
      log: { warn: () => {}, error: () => {} },
      count: () => {},
    }
    const lost = { stillHeld: () => Promise.reject(new LeaseLost()) }
    await expect(webhooksJob(use).run(NOW, lost)).rejects.toThrow(LeaseLost)
    expect(told).toEqual([])
    await webhooksJob(use).run(NOW, { stillHeld: async () => {} })
    expect(told).toHaveLength(1)
  })
})
