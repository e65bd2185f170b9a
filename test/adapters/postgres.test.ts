import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { describeStateStore } from '../../adapters/contract.spec.ts'
import type { StateStore, StoredEvent } from '../../adapters/contract.ts'
import { type OpenDatabase, openDatabase } from '../../adapters/database.ts'
import { createPostgresState } from '../../adapters/postgres.ts'
import {
  addToken,
  claimNow,
  createFamily,
  createGrant,
  HOUR,
  LISTENED,
  manyTimes,
  newEvent,
  newFamily,
  newKey,
  newToken,
  redemptionOf,
  rotateNow,
  SOON,
  times,
} from '../../adapters/spec/fixtures.ts'
import { freshDatabase } from '../support/databases.ts'
import { countTrips } from './trips.ts'

const database = await freshDatabase()
afterAll(() => database.drop())

const open = (poolMax: number, url = database.url) => openDatabase({ url, dataDir: '', poolMax })

const inbox = async (): Promise<StoredEvent[]> => {
  const { pool, close } = await open(1)
  const { rows } = await pool.query<StoredEvent>('select id, event as text from event_inbox')
  await close()
  return rows
}

describeStateStore(
  'state in PostgreSQL',
  async () => {
    const { pool, close } = await open(10)
    return { ...createPostgresState(pool), close }
  },
  inbox,
)

describe('what state leaves in PostgreSQL', () => {
  let opened: OpenDatabase
  let store: StateStore
  beforeAll(async () => {
    opened = await open(4)
    store = createPostgresState(opened.pool)
  })
  afterAll(() => opened.close())

  const rowsOf = async () => {
    const { rows } = await opened.pool.query<{ rows: number }>(`
      select (select count(*) from state_grants) + (select count(*) from state_tokens)
        + (select count(*) from state_artifacts) + (select count(*) from state_aliases)
        + (select count(*) from state_claims) as rows`)
    return rows[0]?.rows ?? 0
  }

  it('is swept away once it has expired, however much it is, and only then', async () => {
    await expect.poll(() => store.sweep(), SOON).toBe(0)
    const before = await rowsOf()
    await manyTimes(600, () =>
      store.artifacts.put('Session', newKey(), { payload: {}, expiresIn: 0, alias: newKey() }),
    )
    await manyTimes(30, () => claimNow(store, newKey(), 0))
    await manyTimes(20, () => createGrant(store, { code: { key: newKey(), payload: {}, expiresIn: 0 } }))
    const { key } = await createFamily(store)
    await times(10, () => addToken(store, key, newToken({ expiresIn: 0 })))
    expect(await rowsOf()).toBe(before + 1_261)
    expect(await store.sweep()).toBe(1_260)
    expect(await store.sweep()).toBe(0)
    expect(await rowsOf()).toBe(before + 1)
    expect(await store.grants.read(key)).toBeDefined()
  })

  it('may be swept by several nodes at once, and beside those who use it', async () => {
    await manyTimes(200, () => store.artifacts.put('Session', newKey(), { payload: {}, expiresIn: 0 }))
    const { key } = await createFamily(store)
    const [, swept] = await Promise.all([
      times(10, (number) => rotateNow(store, key, number)),
      times(4, () => store.sweep()),
    ])
    expect(swept.reduce((sum, each) => sum + each, 0)).toBe(200)
    expect(await store.grants.read(key)).toBeDefined()
  })

  it('waits for nobody who holds a row while it sweeps', async () => {
    const key = newKey()
    await store.artifacts.put('Session', key, { payload: {}, expiresIn: 0 })
    const client = await opened.pool.connect()
    await client.query('begin')
    await client.query('select 1 from state_artifacts where key = $1 for update', [key])
    expect(await store.sweep()).toBe(0)
    await client.query('rollback')
    client.release()
    expect(await store.sweep()).toBe(1)
  })
})

describe('a trip to PostgreSQL', () => {
  it('is all that a call needs', async () => {
    const counter = await countTrips(database.url)
    const opened = await open(1, counter.url)
    const store = createPostgresState(opened.pool)
    const { grants, artifacts } = store
    const [grant, key, token] = [await createGrant(store), newKey(), newToken()]
    const artifact = { payload: {}, expiresIn: HOUR, alias: key, account: key }
    const calls: [string, () => Promise<unknown>][] = [
      ['redeem', () => grants.redeem(grant.key, redemptionOf(grant, { family: newFamily(), token }))],
      ['read', () => grants.read(grant.key)],
      ['rotate', () => rotateNow(store, grant.key, 0, { token: newToken() })],
      ['changed', () => rotateNow(store, grant.key, 0)],
      ['readToken', () => grants.readToken(grant.key, token.key)],
      ['repeat', () => rotateNow(store, grant.key, 1, { becomes: 1, token: newToken() })],
      ['revokeUntil', () => store.grants.revokeUntil(newKey(), newEvent(), LISTENED)],
      ['create', () => createGrant(store)],
      ['revoke', () => grants.revoke(grant.key, newEvent())],
      ['put', () => artifacts.put('Session', key, artifact)],
      ['replace', () => artifacts.replace('Session', key, artifact)],
      ['get', () => artifacts.get('Session', key)],
      ['getByAlias', () => artifacts.getByAlias('Session', key)],
      ['consume', () => artifacts.consume('Session', key)],
      ['claim', () => claimNow(store, key, HOUR)],
      ['destroyAllOf', () => artifacts.destroyAllOf('Session', key)],
      ['destroy', () => artifacts.destroy('Session', key)],
    ]
    for (const [name, call] of calls) expect(await counter.count(call), name).toBe(1)
    await opened.close()
    counter.close()
  })
})
