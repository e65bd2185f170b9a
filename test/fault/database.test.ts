import { sql } from 'kysely'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { type OpenDatabase, openDatabase } from '../../adapters/database.ts'
import { StoreAway } from '../../src/shared/app-error.ts'
import { type RunningService, startPostgres } from '../support/services.ts'

const POOL = 5
let postgres: RunningService
let database: OpenDatabase

beforeAll(async () => {
  postgres = await startPostgres()
})
afterAll(() => postgres.stop())

/** Whatever the test before has done to the server. */
beforeEach(async () => {
  await postgres.restart()
  database = await openDatabase({ url: postgres.url, dataDir: '', poolMax: POOL })
})

afterEach(async () => {
  postgres.kill('SIGCONT')
  await database.close()
})

/** What became of one call, and how long that took. */
async function outcomeOf(call: Promise<unknown>): Promise<{ error: unknown; ms: number }> {
  const before = performance.now()
  const error = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  return { error, ms: performance.now() - before }
}

const callers: Record<string, () => Promise<unknown>> = {
  'a query of the pool': () => database.pool.query('select 1'),
  'a prepared statement': () => database.pool.query({ name: 'one', text: 'select $1::int', values: [1] }),
  'a query of Kysely': () => sql`select 1`.execute(database.db),
  'a transaction of Kysely': () => database.db.transaction().execute((trx) => sql`select 1`.execute(trx)),
}

const everybody = () =>
  Promise.all(Object.entries(callers).map(async ([name, call]) => ({ name, ...(await outcomeOf(call())) })))

test.each([
  ['is gone', 'SIGKILL'],
  ['does not answer', 'SIGSTOP'],
] as const)('everybody is told within two seconds that PostgreSQL %s', async (_what, signal) => {
  await everybody()
  postgres.kill(signal)
  for (const connection of ['one that was open', 'a new one']) {
    for (const { name, error, ms } of await everybody()) {
      expect(error, `${name} on ${connection}`).toBeInstanceOf(StoreAway)
      expect(ms, `${name} on ${connection}`).toBeLessThan(2_000)
    }
  }
})

test('a connection that gives no answer is left, and the next caller gets another', async () => {
  const { rows } = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(database.db)
  const pid = rows[0]?.pid ?? 0
  process.kill(pid, 'SIGSTOP')
  const stalled = await outcomeOf(sql`select 1`.execute(database.db))
  expect(stalled.error).toBeInstanceOf(StoreAway)
  expect(await outcomeOf(sql`select 1`.execute(database.db))).toMatchObject({ error: undefined })
  process.kill(pid, 'SIGCONT')
})

test('a slow statement ends by itself and takes nobody along', async () => {
  const slow = outcomeOf(database.pool.query('select pg_sleep(60)'))
  const quick = await outcomeOf(database.pool.query('select 1'))
  const { error, ms } = await slow
  expect(error).toBeInstanceOf(StoreAway)
  expect(ms).toBeLessThan(2_000)
  expect(quick).toMatchObject({ error: undefined })
})

test('who finds all connections taken is told so within two seconds', async () => {
  const taken = await Promise.all(Array.from({ length: POOL }, () => database.pool.connect()))
  const { error, ms } = await outcomeOf(database.pool.query('select 1'))
  expect(error).toBeInstanceOf(StoreAway)
  expect(ms).toBeLessThan(2_000)
  for (const client of taken) client.release()
  expect(await outcomeOf(database.pool.query('select 1'))).toMatchObject({ error: undefined })
})

test('the pool heals by itself when PostgreSQL is restarted under load', async () => {
  let over = false
  const outcomes: unknown[] = []
  const load = Array.from({ length: 3 * POOL }, async () => {
    while (!over)
      outcomes.push(
        (await outcomeOf(database.db.transaction().execute((trx) => sql`select 1`.execute(trx)))).error,
      )
  })
  await expect.poll(() => outcomes.length).toBeGreaterThan(100)
  await postgres.restart()
  const sinceRestart = outcomes.length
  const healthy = (outcome: unknown) => outcome === undefined
  await expect.poll(() => outcomes.slice(sinceRestart).filter(healthy).length).toBeGreaterThan(100)
  over = true
  await Promise.all(load)
  expect(outcomes.filter((error) => error !== undefined && !(error instanceof StoreAway))).toEqual([])
})

test('a connection that breaks between two statements of a transaction harms only that transaction', async () => {
  const broken = database.db.transaction().execute(async (trx) => {
    const { rows } = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(trx)
    const pid = rows[0]?.pid
    await database.pool.query('select pg_terminate_backend($1)', [pid])
    const living = () => database.pool.query('select from pg_stat_activity where pid = $1', [pid])
    await expect.poll(async () => (await living()).rowCount).toBe(0)
    await sql`select 1`.execute(trx)
  })
  await expect(broken).rejects.toBeInstanceOf(StoreAway)
  expect(await outcomeOf(database.pool.query('select 1'))).toMatchObject({ error: undefined })
})

test('long jobs have a connection without the limits of a request', async () => {
  const { rows } = await database.unhurried((db) => sql`select pg_sleep(2), 'done' as outcome`.execute(db))
  expect(rows).toMatchObject([{ outcome: 'done' }])
})

test('int8 is a number', async () => {
  const { rows } = await database.pool.query('select count(*) as count, 2::int8 as two from pg_class')
  expect(rows).toEqual([{ count: expect.any(Number), two: 2 }])
})

test('opening says that PostgreSQL is away, so that its caller can wait or leave', async () => {
  postgres.kill('SIGKILL')
  await expect(openDatabase({ url: postgres.url, dataDir: '', poolMax: 1 })).rejects.toBeInstanceOf(StoreAway)
})

test('a wrong address is not mistaken for a server that is away', async () => {
  const url = new URL(postgres.url)
  url.pathname = 'nowhere'
  const opening = openDatabase({ url: url.href, dataDir: '', poolMax: 1 })
  await expect(opening).rejects.toThrow('database "nowhere" does not exist')
})
