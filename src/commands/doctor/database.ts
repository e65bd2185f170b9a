import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { type OpenDatabase, openDatabase } from '../../../adapters/database.ts'
import { migrations } from '../../../migrations/index.ts'
import type { Config } from '../../config/config.ts'
import { systemClock } from '../../shared/clock.ts'
import { EXIT } from '../exit-codes.ts'
import { judgeClock } from './clock.ts'
import { reasonOf } from './reason.ts'
import type { Verdict, Verdicts } from './verdict.ts'

const check = 'database'

/** Looks and changes nothing: pending migrations stay pending, and no embedded storage is made. */
export async function* checkDatabase(
  config: Config,
  further: (database: OpenDatabase) => Verdicts,
): AsyncIterable<Verdict> {
  const { databaseUrl: url, dataDir } = config
  if (url === undefined && !existsSync(join(dataDir, 'pg'))) {
    yield { check, status: 'note', message: `embedded storage will be made in ${dataDir} at the first start` }
    return
  }
  let database: OpenDatabase
  try {
    database = await openDatabase({ url, dataDir, poolMax: 2, role: 'command' })
  } catch (error) {
    yield { check, status: 'fail', ...reasonOf(error, EXIT.storeAway) }
    return
  }
  try {
    yield* checkServer(database)
    if (yield* checkMigrations(database)) yield* further(database)
  } catch (error) {
    yield { check, status: 'fail', ...reasonOf(error, EXIT.storeAway) }
  } finally {
    await database.close()
  }
}

async function* checkServer({ kind, pool }: OpenDatabase): AsyncGenerator<Verdict> {
  const from = systemClock.now()
  const { rows } = await pool.query<{ version: string; now: number }>(
    `select current_setting('server_version') as version, extract(epoch from clock_timestamp())::float8 * 1000 as now`,
  )
  const took = systemClock.now() - from
  const { version = '', now = 0 } = rows[0] ?? {}
  const name = kind === 'embedded' ? 'embedded PostgreSQL' : 'PostgreSQL'
  yield { check, status: 'ok', message: `${name} ${version}, answers in ${took} ms` }
  yield* judgeClock(check, now, from + took / 2)
}

/** Whether the tables are there that the other checks read. */
async function* checkMigrations({ pool }: OpenDatabase): AsyncGenerator<Verdict, boolean> {
  const { rows } = await pool.query<{ there: boolean }>(
    "select to_regclass('kysely_migration') is not null as there",
  )
  const applied = rows[0]?.there
    ? (await pool.query<{ name: string }>('select name from kysely_migration')).rows.map(({ name }) => name)
    : []
  const unknown = applied.filter((name) => !Object.hasOwn(migrations, name))
  const pending = Object.keys(migrations).filter((name) => !applied.includes(name))
  if (unknown.length > 0)
    yield { check, status: 'fail', message: `is newer than this version: it has ${unknown.join(', ')}` }
  else if (applied.length === 0)
    yield { check, status: 'note', message: 'is empty: the first start sets it up' }
  else if (pending.length > 0)
    yield { check, status: 'warn', message: `${pending.length} migrations are pending: gatehouse migrate` }
  else yield { check, status: 'ok', message: `migrations are current (${applied.length})` }
  return unknown.length === 0 && pending.length === 0
}
