/** Devices, sessions and ends as rows, on PostgreSQL and on embedded storage. */
import { sql } from 'kysely'
import { beforeAll, expect, it, vi } from 'vitest'
import type { OpenDatabase } from '../../adapters/database.ts'
import { type AccountsRepository, createAccountsRepository } from '../../src/accounts/accounts-repository.ts'
import type { SeenDevice } from '../../src/accounts/sign-ins-repository.ts'
import { createEvent, toStored } from '../../src/audit/event.ts'
import { createCleanUpsRepository } from '../../src/sessions/clean-ups-repository.ts'
import { createDevicesRepository } from '../../src/sessions/devices-repository.ts'
import { createEndsRepository, endAccount } from '../../src/sessions/ends-repository.ts'
import { createSessionsRepository } from '../../src/sessions/sessions-repository.ts'
import { createSessionsSweep } from '../../src/workers/session-jobs.ts'
import { onBothDatabases } from '../support/on-both-databases.ts'

const HOUR = 3_600_000
const NOON = Date.parse('2026-03-01T12:00:00Z')
const DEVICE: SeenDevice = {
  known: undefined,
  fresh: 'fresh',
  label: undefined,
  browser: 'Firefox',
  system: 'Linux',
  kind: 'desktop',
  address: '192.0.2.1',
  country: undefined,
  fingerprint: '1:x',
  trustedUntil: undefined,
  rememberedFor: { once: HOUR, again: 2 * HOUR },
}
const LEASE = { stillHeld: async () => {} }

onBothDatabases((opened) => {
  let database: OpenDatabase
  let accounts: AccountsRepository
  beforeAll(() => {
    database = opened()
    accounts = createAccountsRepository(database.db, endAccount)
  })

  let people = 0
  const person = async () => {
    const name = `p${people++}`
    const added = await accounts.users.add({
      ...{
        id: crypto.randomUUID(),
        sub: name,
        email: `${name}@example.com`,
        emailKey: `${name}@example.com`,
      },
      ...{
        emailVerified: true,
        name: undefined,
        profile: {},
        serverRoles: [],
        managedBy: undefined,
        at: NOON,
      },
    })
    if (added === undefined) throw new Error(name)
    return added
  }
  const event = () => createEvent({ actor: 'test' }, { type: 'session.revoked' }, NOON)
  const signIn = (id: string, at: number, device: Partial<SeenDevice>) =>
    accounts.signIns.record(
      { id, epoch: 0 },
      at,
      createEvent(
        {},
        {
          type: 'login.succeeded',
          details: {
            method: 'password',
            methods: ['password'],
            acr: '1fa',
            device: 'd',
            risk: 'allow',
            rules: [],
          },
        },
        at,
      ),
      { ...DEVICE, ...device },
    )
  const end = (kind: 'session' | 'device' | 'family', value: string, account: string, expiresIn = HOUR) =>
    createEndsRepository(database.db).endOne({ kind, value }, { account, expiresIn }, toStored(event()))
  const events = async (id: string) =>
    (await sql`select from event_inbox where id = ${id}::uuid`.execute(database.db)).rows.length

  it('a sign-in and its device are one: neither without the other', async () => {
    const devices = createDevicesRepository(database.db)
    const [ada, gone] = [await person(), await person()]
    expect(await signIn(ada.id, NOON, { known: 'd1', fresh: 'f1' })).toEqual({ device: 'd1' })
    expect(await signIn(ada.id, NOON + HOUR, { known: 'd1', fresh: 'f2', label: 'Kiosk' })).toEqual({
      device: 'd1',
    })
    expect(await signIn(ada.id, NOON, { fresh: 'f3' })).toEqual({ device: 'f3' })
    expect(await devices.find('d1')).toMatchObject({
      ...{ account: ada.sub, label: 'Kiosk', firstSeenAt: NOON, lastSeenAt: NOON + HOUR },
    })
    await accounts.users.disable(gone.id, NOON)
    expect(await signIn(gone.id, NOON, { fresh: 'f4' })).toBeUndefined()
    expect([await devices.find('f4'), await devices.find('f2')]).toEqual([undefined, undefined])
    await end('device', 'd1', ada.sub)
    expect(await signIn(ada.id, NOON, { known: 'd1', fresh: 'f5' })).toEqual({ device: 'f5' })
    expect(await devices.find('d1')).toBeUndefined()
    await accounts.users.remove(ada.id)
    expect(await devices.find('f5')).toBeUndefined()
  })

  it('what is ended by many at once is ended once, and each is told', async () => {
    const ends = createEndsRepository(database.db)
    const { sub, id } = await person()
    const told = Array.from({ length: 20 }, () => toStored(event()))
    const tasks = await Promise.all(
      told.map((one) =>
        ends.endOne({ kind: 'session', value: 'many' }, { account: sub, expiresIn: HOUR }, one),
      ),
    )
    expect(tasks.filter((task) => task !== undefined)).toHaveLength(1)
    const number = (await accounts.users.find(id))?.ends ?? 0
    expect(number).toBeGreaterThan(0)
    await ends.endOne(
      { kind: 'session', value: 'many' },
      { account: sub, expiresIn: HOUR },
      toStored(event()),
    )
    expect((await accounts.users.find(id))?.ends).toBe(number)
    expect(await Promise.all(told.map((one) => events(one.id)))).toEqual(told.map(() => 1))
    expect(await ends.includesAny([{ kind: 'session', value: 'many' }])).toBe(true)
    expect(
      await ends.includesAny([
        { kind: 'family', value: 'many' },
        { kind: 'session', value: 'few' },
      ]),
    ).toBe(false)
    expect((await createCleanUpsRepository(database.db).next(100)).map(({ value }) => value)).toContain(
      'many',
    )
  })

  it('epochs go up, whoever asks and whatever was there', async () => {
    const ends = createEndsRepository(database.db)
    const organization = { kind: 'organization', value: 'o' } as const
    expect(await ends.organization(organization.value)).toBeUndefined()
    const raised = await Promise.all(
      Array.from({ length: 3 }, () => ends.endAll(organization, toStored(event()))),
    )
    const given = raised.map(({ epoch }) => epoch ?? 0)
    expect(new Set(given).size).toBe(3)
    expect((await ends.organization(organization.value))?.epoch).toBe(Math.max(...given))
    // Put back to what it was before, it gives none of them again.
    await sql`update access_epochs set epoch = 1`.execute(database.db)
    const passed = () => Date.now() / 1000 - 1_700_000_000 > Math.max(...given) + 1
    await vi.waitUntil(passed, { timeout: 20_000 })
    const again = await ends.endAll(organization, toStored(event()))
    expect(again.epoch).toBeGreaterThan(Math.max(...given))
    expect((await ends.endAll({ kind: 'account', value: 'nobody' }, toStored(event()))).epoch).toBeUndefined()
    await ends.endEverything(NOON, toStored(event()))
    await ends.endEverything(NOON - HOUR, toStored(event()))
    await ends.endEverything(undefined, toStored(event()))
    expect(await ends.everything()).toEqual({ epoch: expect.any(Number), issuedBefore: NOON })
    const { epoch } = await ends.everything()
    await ends.endEverything(undefined, toStored(event()))
    expect((await ends.everything()).epoch).toBeGreaterThan(epoch)
  })

  it('use is noted to the hour, and by the latest', async () => {
    const devices = createDevicesRepository(database.db)
    const sessions = createSessionsRepository(database.db)
    const { id, sub } = await person()
    await signIn(id, NOON, { fresh: 'used' })
    const session = {
      account: sub,
      kind: 'browser',
      device: 'used',
      organization: '',
      expiresIn: HOUR,
    } as const
    for (const name of ['u1', 'u2']) await sessions.begin({ ...session, id: name })
    const seen = (name: string, at: number, address: string) => ({ session: name, at, address })
    await devices.noteSeen([seen('u1', NOON + HOUR / 2, '192.0.2.2')])
    expect(await devices.find('used')).toMatchObject({ lastSeenAt: NOON, address: '192.0.2.1' })
    await devices.noteSeen([
      seen('u1', NOON + 2 * HOUR, '192.0.2.2'),
      seen('u2', NOON + 3 * HOUR, '192.0.2.3'),
      seen('nobody’s', NOON + 9 * HOUR, '192.0.2.4'),
    ])
    expect(await devices.find('used')).toMatchObject({ lastSeenAt: NOON + 3 * HOUR, address: '192.0.2.3' })
  })

  it('what can’t come back is swept, and nothing else', async () => {
    const [devices, sessions] = [createDevicesRepository(database.db), createSessionsRepository(database.db)]
    const ends = createEndsRepository(database.db)
    const { id, sub } = await person()
    const now = Date.now()
    await signIn(id, now, { fresh: 'stays' })
    await signIn(id, now - 2 * HOUR, { fresh: 'goes' })
    const session = { account: sub, kind: 'browser', device: 'stays', organization: '' } as const
    await sessions.begin({ ...session, id: 'stays', expiresIn: HOUR })
    await sessions.begin({ ...session, id: 'goes', expiresIn: -1 })
    await end('family', 'stays', sub)
    await end('family', 'goes', sub, -1)
    const asked = (expiresAt: number) => ({
      ...{ id: crypto.randomUUID(), email: 'new@example.com', emailKey: 'new@example.com', name: 'New' },
      ...{ phc: '$', locale: 'en', browser: Buffer.alloc(32), at: now, expiresAt },
    })
    const { registrations } = accounts
    const [stays, goes] = [asked(now + HOUR), asked(now - HOUR)]
    for (const one of [stays, goes]) await registrations.add(one)
    const sweep = createSessionsSweep({ devices, sessions, ends, accounts })
    expect(await sweep.run(now, LEASE)).toBeGreaterThanOrEqual(4)
    expect(await registrations.find(goes.id, 0)).toBeUndefined()
    expect((await registrations.find(stays.id, now))?.email).toBe('new@example.com')
    const there = async (name: string) => [
      (await devices.find(name)) !== undefined,
      (await sessions.page('session', name, { limit: 1 })).length === 1,
      await ends.includesAny([{ kind: 'family', value: name }]),
    ]
    expect([await there('stays'), await there('goes')]).toEqual([
      [true, true, true],
      [false, false, false],
    ])
  })
})
