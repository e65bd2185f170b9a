import { rmSync } from 'node:fs'
import { sql } from 'kysely'
import { Client, type ClientConfig } from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type OpenDatabase, openDatabase } from '../../adapters/database.ts'
import { readOwner } from '../../adapters/embedded/owner.ts'
import { tidyUp } from '../../adapters/embedded/upkeep.ts'
import { freshFolder, useFolder } from '../support/folders.ts'

const POOL = 8
let dataDir: string
let database: OpenDatabase

beforeAll(async () => {
  dataDir = freshFolder()
  database = await openDatabase({ url: undefined, dataDir, poolMax: POOL, role: 'server' })
  await database.pool.query('create table counter (n int not null)')
})
afterAll(async () => {
  await database.close()
  rmSync(dataDir, { recursive: true })
})

const all = <T>(count: number, one: (n: number) => Promise<T>): Promise<T[]> =>
  Promise.all(Array.from({ length: count }, (_, n) => one(n)))

const address = (): ClientConfig => {
  const host = readOwner(dataDir)?.socketFolder ?? ''
  return { host, port: 5432, user: 'postgres', database: 'postgres', ssl: false }
}

async function counter(): Promise<unknown> {
  const { rows } = await database.pool.query('select n from counter')
  return rows.map((row) => row.n)
}

async function count(from: number): Promise<void> {
  await database.pool.query('delete from counter')
  await database.pool.query('insert into counter values ($1)', [from])
}

test('every client gets the answer to its own statement, also where requests come in many pieces', async () => {
  const wrong = await all(5 * POOL, async (n) => {
    const value = `${n}`.padEnd(n % 2 ? 300_000 : 10, 'x')
    const { rows } = await database.pool.query<{ v: string }>(`select $1 || '-${n}' as v`, [value])
    return rows[0]?.v === `${value}-${n}` ? [] : [n]
  })
  expect(wrong.flat()).toEqual([])
})

test('one prepared statement’s name may mean something else to each client', async () => {
  const clients = await all(POOL, () => database.pool.connect())
  const ask = (n: number, value: string) =>
    clients[n]?.query<{ v: string }>({ name: 'same', text: `select $1 || '-${n}' as v`, values: [value] })
  for (const value of ['a', 'b']) {
    const answers = await all(POOL, async (n) => (await ask(n, value))?.rows[0]?.v)
    expect(answers).toEqual(Array.from({ length: POOL }, (_, n) => `${value}-${n}`))
  }
  for (const client of clients) client.release()
})

test('transactions run one after the other, so that none reads what another is about to change', async () => {
  await count(0)
  await all(50, () =>
    database.db.transaction().execute(async (trx) => {
      const { rows } = await sql<{ n: number }>`select n from counter`.execute(trx)
      await sql`update counter set n = ${(rows[0]?.n ?? 0) + 1}`.execute(trx)
    }),
  )
  expect(await counter()).toEqual([50])
})

test('an error fails its own client and leaves the others alone', async () => {
  const outcomes = await all(10 * POOL, (n) =>
    database.pool.query('select 10 / $1::int as v', [n % 2]).then(
      ({ rows }) => rows[0].v,
      (error: Error) => error.message,
    ),
  )
  expect(outcomes).toEqual(Array.from({ length: 10 * POOL }, (_, n) => (n % 2 ? 10 : 'division by zero')))
})

test('a client that vanishes in the middle of a transaction is rolled back', async () => {
  await count(1)
  const client = new Client(address())
  client.on('error', () => {})
  await client.connect()
  await client.query('begin')
  await client.query('update counter set n = 2')
  client.connection.stream.destroy()
  expect(await counter()).toEqual([1])
})

test('a process killed while it writes leaves the backend to the others', async () => {
  const writer = useFolder(dataDir, 'command', 'write')
  expect(await writer.report()).toEqual({ opened: true })
  expect(await writer.report()).toEqual({ written: 1 })
  await writer.kill()
  await count(3)
  expect(await counter()).toEqual([3])
})

test('what is gone makes room, in the log and in the tables, as often as it is tidied up', async () => {
  const { pool } = database
  await pool.query('create table worn (n int primary key, filling text)')
  const sizes: { log: number; table: number }[] = []
  for (let round = 0; round < 8; round++) {
    await database.unhurried(async (db) => {
      await sql`insert into worn select n, repeat(md5(n::text), 30) from generate_series(1, 20000) n`.execute(
        db,
      )
      await sql`delete from worn`.execute(db)
    })
    await tidyUp(address())
    const { rows } = await pool.query(
      `select (select sum(size) from pg_ls_waldir()) as log, pg_relation_size('worn') as table`,
    )
    sizes.push(rows[0])
  }
  expect(Math.max(...sizes.map(({ table }) => table))).toBeLessThan(1_000_000)
  expect(Math.max(...sizes.map(({ log }) => Number(log)))).toBeLessThan(100_000_000)
})
