import { Pool } from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { StateStore } from '../../adapters/contract.ts'
import { type OpenDatabase, openDatabase } from '../../adapters/database.ts'
import { createPostgresState } from '../../adapters/postgres.ts'
import { claimNow, createFamily, familyOf, HOUR, rotateNow, SOON } from '../../adapters/spec/fixtures.ts'
import { freshDatabase } from '../support/databases.ts'

const AWAY = { name: 'StoreAway', detail: 'postgresql' }

const database = await freshDatabase()
afterAll(() => database.drop())

const open = (poolMax: number, url = database.url) => openDatabase({ url, dataDir: '', poolMax })

describe('state, when PostgreSQL is held up or away,', () => {
  let opened: OpenDatabase
  let store: StateStore
  beforeAll(async () => {
    opened = await open(4)
    store = createPostgresState(opened.pool)
  })
  afterAll(() => opened.close())

  /** Runs `meanwhile` while somebody else holds the grant's row. */
  async function holding<T>(key: string, meanwhile: () => Promise<T>): Promise<T> {
    const client = await opened.pool.connect()
    await client.query('begin')
    await client.query('select 1 from state_grants where key = $1 for update', [key])
    try {
      return await meanwhile()
    } finally {
      await client.query('rollback')
      client.release()
    }
  }

  it('F-193 changes nothing for a request that waited for the row until nobody listened', async () => {
    const { key } = await createFamily(store)
    const readAt = (await store.grants.read(key))?.readAt ?? 0
    const outcome = await holding(key, async () => {
      const rotation = rotateNow(store, key, 0, { notAfter: readAt + 100 })
      await expect
        .poll(async () => (await store.grants.read(key))?.readAt, SOON)
        .toBeGreaterThan(readAt + 100)
      return { rotation }
    })
    expect(await outcome.rotation).toEqual({ status: 'unheard' })
    expect(await familyOf(store, key)).toMatchObject({ number: 0, uses: [] })
  })

  it('is away for those who would wait too long, and their rotation does not happen later', async () => {
    const { key } = await createFamily(store)
    await holding(key, () => expect(rotateNow(store, key, 0)).rejects.toMatchObject(AWAY))
    expect(await rotateNow(store, key, 0)).toEqual({ status: 'rotated' })
  })

  it('is away, not wrong, while it only reads', async () => {
    const { key } = await createFamily(store)
    const replica = await open(1, `${database.url}?options=-cdefault_transaction_read_only%3Don`)
    const reading = createPostgresState(replica.pool)
    await expect(rotateNow(reading, key, 0)).rejects.toMatchObject(AWAY)
    await expect(claimNow(reading, key, HOUR)).rejects.toMatchObject(AWAY)
    expect(await reading.grants.read(key)).toBeDefined()
    await replica.close()
  })

  it('F-125 is not asked again by a connection to a server that only reads', async () => {
    const { pool, close } = await open(1)
    const backend = async () => (await pool.query('select pg_backend_pid() as pid')).rows[0].pid
    const before = await backend()
    await pool.query('set default_transaction_read_only = on')
    // As a transaction has it: nobody but who asked hears of the failure.
    const client = await pool.connect()
    await expect(client.query("delete from outbox where kind = 'none'")).rejects.toMatchObject(AWAY)
    client.release()
    expect(await backend()).not.toBe(before)
    await pool.query("delete from outbox where kind = 'none'")
    await close()
  })

  it('is away where there is none', async () => {
    const pool = new Pool({ host: '127.0.0.1', port: 1 })
    const nowhere = createPostgresState(pool)
    await expect(nowhere.ping()).rejects.toMatchObject(AWAY)
    await expect(nowhere.grants.read('key')).rejects.toMatchObject(AWAY)
    await expect(nowhere.sweep()).rejects.toMatchObject(AWAY)
    await pool.end()
  })
})
