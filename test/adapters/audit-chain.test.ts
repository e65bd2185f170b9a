/** The audit trail's own repositories, on PostgreSQL and on embedded storage. */
import { sql } from 'kysely'
import { beforeAll, expect, it } from 'vitest'
import type { OpenDatabase } from '../../adapters/database.ts'
import { CHAINS } from '../../src/audit/catalogue.ts'
import { type ChainRepository, createChainRepository } from '../../src/audit/chain-repository.ts'
import { createEvent, type NewEvent, toStored } from '../../src/audit/event.ts'
import { acceptFromState } from '../../src/audit/from-state.ts'
import { createInbox, recordEvent } from '../../src/audit/inbox-repository.ts'
import { createRecords, type Records } from '../../src/audit/record.ts'
import { createTrailRepository } from '../../src/audit/trail-repository.ts'
import { verifyChain } from '../../src/audit/verify.ts'
import { dataKeyLives } from '../../src/keys/data-key-states.ts'
import { loadDataKeys } from '../../src/keys/data-keys.ts'
import { createDataKeysRepository } from '../../src/keys/data-keys-repository.ts'
import { createMasterKeys } from '../../src/keys/master-keys.ts'
import { onBothDatabases } from '../support/on-both-databases.ts'

const DAY = 24 * 60 * 60 * 1000
const signIn = (n: number): NewEvent => ({
  type: 'login.succeeded',
  subject: `person-${n % 7}`,
  details: { method: 'password', methods: ['password'], acr: '1fa', device: 'd', risk: 'allow', rules: [] },
})
const refreshed: NewEvent = {
  type: 'token.refreshed',
  client: 'portal',
  details: { number: 1, repeat: false },
}
const origin = { ip: '192.0.2.7', userAgent: 'Test/1.0 \u0007 😀', requestId: 'r-1' }

const dataKeysOf = (db: OpenDatabase['db']) =>
  loadDataKeys({
    repository: createDataKeysRepository(db),
    masters: createMasterKeys([Buffer.alloc(32, 1)]),
    lives: dataKeyLives({ refreshFamilyExp: 1, sessionMaxExp: 1 }),
  })

onBothDatabases((opened) => {
  let database: OpenDatabase
  let records: Records
  let chain: ChainRepository
  beforeAll(async () => {
    database = opened()
    records = createRecords(await dataKeysOf(database.db))
    chain = createChainRepository(database.db, records)
  })

  const record = (event: NewEvent, at = Date.now()) =>
    recordEvent(database.db, createEvent(origin, event, at))
  const count = async (from: string): Promise<number> =>
    (await sql<{ n: number }>`select count(*) as n from ${sql.table(from)}`.execute(database.db)).rows[0]
      ?.n ?? -1
  const expectWhole = async () => {
    const use = { trail: createTrailRepository(database.db), records }
    for (const name of CHAINS) expect(await verifyChain(use, name)).toMatchObject({ ok: true })
  }
  const linkAll = async (now = Date.now()) => {
    while ((await chain.linkNext(now, 50)) > 0);
  }

  it('takes each event once, however many link at once and however often it comes', async () => {
    const events = Array.from({ length: 120 }, (_, n) => createEvent(origin, signIn(n), Date.now()))
    const inbox = createInbox(database.db)
    await inbox.takeIn(events.map(toStored))
    await inbox.takeIn(events.slice(0, 60).map(toStored))
    await Promise.all(Array.from({ length: 4 }, () => linkAll()))
    await inbox.takeIn(events.slice(30).map(toStored))
    await linkAll()
    expect(await count('event_inbox')).toBe(0)
    const trail = await createTrailRepository(database.db).newest({}, 1000)
    expect(trail.map(({ id }) => id).toSorted()).toEqual(events.map(({ id }) => id).toSorted())
    expect(trail[0]?.personal).toEqual({ ip: origin.ip, userAgent: origin.userAgent })
    await expectWhole()
  })

  it('takes what comes at once together, and fails nobody for what was before', async () => {
    const events = Array.from({ length: 50 }, (_, n) => toStored(createEvent(origin, signIn(n), Date.now())))
    const inbox = createInbox(database.db)
    await Promise.all(events.map((event) => inbox.takeIn([event])))
    expect(await count('event_inbox')).toBe(events.length)
    const refused = inbox.takeIn([{ id: 'no uuid', text: '' }])
    await expect(refused).rejects.toThrow('uuid')
    await inbox.takeIn([toStored(createEvent(origin, signIn(50), Date.now()))])
    expect(await count('event_inbox')).toBe(events.length + 1)
    await linkAll()
  })

  it('A-926 a transaction that fails leaves no event', async () => {
    const before = await count('event_inbox')
    const failing = database.db.transaction().execute(async (tx) => {
      await recordEvent(tx, createEvent(origin, signIn(1), Date.now()))
      throw new Error('no')
    })
    await expect(failing).rejects.toThrow('no')
    expect(await count('event_inbox')).toBe(before)
  })

  it('is not stopped by what is no event, and takes of short-lived state only its own', async () => {
    const forged = createEvent(origin, { type: 'user.created', subject: 'x' }, Date.now())
    const odd = [
      { id: 'none', text: 'not JSON' },
      { id: '', text: '' },
      toStored(forged),
      { id: forged.id, text: JSON.stringify({ ...forged, type: 'grant.revoked', subject: 'a\0b' }) },
      { id: forged.id, text: JSON.stringify({ ...forged, type: 'grant.revoked', admin: 'yes' }) },
      { id: forged.id, text: JSON.stringify({ ...forged, type: '__proto__' }) },
    ]
    const good = toStored(createEvent(origin, refreshed, Date.now()))
    const inbox = createInbox(database.db)
    await inbox.takeIn(acceptFromState([...odd, good], Date.now()))
    await sql`insert into event_inbox (id, event) values (gen_random_uuid(), 'nor this')`.execute(database.db)
    await linkAll()
    const trail = createTrailRepository(database.db)
    expect(await trail.newest({ type: 'audit.event_refused' }, 100)).toHaveLength(odd.length + 1)
    expect(await trail.newest({ type: 'user.created' }, 100)).toEqual([])
    expect(await trail.newest({ type: 'token.refreshed' }, 100)).toMatchObject([{ chain: 'refreshes' }])
    await expectWhole()
  })

  it('still holds when personal values are erased', async () => {
    await sql`delete from audit_personal`.execute(database.db)
    await expectWhole()
  })

  it('goes on in the time of the database, whatever the clocks of the nodes say', async () => {
    await record(signIn(1))
    await linkAll(Date.now() + 3650 * DAY)
    await record(signIn(2))
    await linkAll(Date.now() - 3650 * DAY)
    const [newest] = await createTrailRepository(database.db).newest({}, 1)
    expect(newest?.recordedAt).toBeLessThan(Date.now() + DAY)
    await expectWhole()
  })
})

onBothDatabases((opened) => {
  it('what is beyond its time is dropped by whole partitions, recorded, and what is left holds', async () => {
    const { db } = opened()
    const keys = await dataKeysOf(db)
    const records = createRecords(keys)
    const chain = createChainRepository(db, records)
    const trail = createTrailRepository(db)
    const now = Date.now()
    for (const age of [800, 500, 200, 50, 3]) {
      for (const event of [signIn(age), refreshed, signIn(age)])
        await recordEvent(db, createEvent(origin, event, now - age * DAY))
      await chain.linkNext(now - age * DAY, 100)
    }
    // Two months of the main chain, four weeks of refreshes.
    expect(await chain.dropOld(now)).toBe(6)
    expect(await chain.dropOld(now)).toBe(0)
    await chain.linkNext(now, 100)
    const main = await verifyChain({ trail, records }, 'main')
    const refreshes = await verifyChain({ trail, records }, 'refreshes')
    expect(main).toMatchObject({ ok: true, first: 5, last: 16, rows: 12 })
    expect(refreshes).toMatchObject({ ok: true, first: 5, last: 5, rows: 1 })
    const dropped = await trail.newest({ type: 'audit.events_dropped' }, 10)
    expect(dropped).toHaveLength(6)
    // Personal values went along.
    const { rows } = await sql<{ n: number }>`select count(*) as n from audit_personal`.execute(db)
    expect(rows[0]?.n).toBe(7)
  })
})
