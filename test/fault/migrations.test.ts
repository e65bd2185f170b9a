import { fork } from 'node:child_process'
import { once } from 'node:events'
import { type Kysely, sql } from 'kysely'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openDatabase } from '../../adapters/database.ts'
import { DatabaseIsNewer, migrate } from '../../adapters/migrate.ts'
import { migrations } from '../../migrations/index.ts'
import { bareDatabase, type FreshDatabase } from '../support/databases.ts'

let fresh: FreshDatabase
beforeEach(async () => {
  fresh = await bareDatabase()
})
afterEach(() => fresh.drop())

const open = () => openDatabase({ url: fresh.url, dataDir: '', poolMax: 2 })

async function divideByZero(db: Kysely<unknown>): Promise<void> {
  await sql`select 1 / 0`.execute(db)
}

async function tablesOf(database: Awaited<ReturnType<typeof open>>): Promise<string[]> {
  const { rows } = await database.pool.query<{ name: string }>(
    `select table_name as name from information_schema.tables where table_schema = 'public'`,
  )
  return rows.map((row) => row.name)
}

test('F-128 five nodes that migrate an empty database at once all come up, and one has done the work', async () => {
  const nodes = await Promise.all(Array.from({ length: 5 }, open))
  const outcomes = await Promise.all(nodes.map((node) => migrate(node)))
  const applied = outcomes.map((outcome) => outcome.applied).filter((names) => names.length > 0)
  expect(applied).toEqual([Object.keys(migrations)])
  await Promise.all(nodes.map((node) => node.close()))
})

test('a second run finds nothing to do', async () => {
  const database = await open()
  await migrate(database)
  expect(await migrate(database)).toEqual({ applied: [] })
  await database.close()
})

test('F-128 a process killed half way leaves nothing behind, and the next start finishes', async () => {
  const child = fork(new URL('../support/stalled-migration.ts', import.meta.url), [fresh.url])
  const [message] = await once(child, 'message')
  expect(message).toBe('half way')
  child.kill('SIGKILL')
  await once(child, 'exit')

  const database = await open()
  expect((await migrate(database)).applied).toEqual(Object.keys(migrations))
  expect(await tablesOf(database)).not.toContain('half_made')
  await database.close()
})

test('a migration that fails takes those before it back and says why', async () => {
  const database = await open()
  const broken = { ...migrations, '9999-broken': { up: divideByZero } }
  await expect(migrate(database, broken)).rejects.toThrow('division by zero')
  expect(await tablesOf(database)).not.toContain('users')
  await database.close()
})

test('a database that is newer than the code is refused by name and left alone', async () => {
  const database = await open()
  const newer = { ...migrations, '9999-of-tomorrow': { up: async () => {} } }
  await migrate(database, newer)
  const before = await tablesOf(database)
  await expect(migrate(database)).rejects.toThrow(DatabaseIsNewer)
  await expect(migrate(database)).rejects.toThrow('9999-of-tomorrow')
  expect(await tablesOf(database)).toEqual(before)
  await database.close()
})
