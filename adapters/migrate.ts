/**
 * Brings a database to the state that this version of the code expects. Any number of processes may start at
 * once: one takes the lock, the others wait for it and find nothing left to do. All that is pending runs in one
 * transaction, so a process that is killed half way leaves no trace.
 */
import { type Kysely, sql } from 'kysely'
import { type Migration, Migrator } from 'kysely/migration'
import { migrations } from '../migrations/index.ts'
import type { Database } from '../src/schema.ts'
import type { OpenDatabase } from './database.ts'

/** An older binary on a newer database could destroy what it does not know. */
export class DatabaseIsNewer extends Error {
  constructor(unknown: string[]) {
    super(
      `The database is newer than this version of Gatehouse: it has the unknown migration ${unknown.join(', ')}. ` +
        'Start the version that made it, or restore a backup from before.',
    )
    this.name = 'DatabaseIsNewer'
  }
}

export function migrate(
  database: Pick<OpenDatabase, 'unhurried'>,
  known: Record<string, Migration> = migrations,
): Promise<{ applied: string[] }> {
  return database.unhurried(async (db) => {
    await refuseNewer(db, known)
    const provider = { getMigrations: async () => known }
    const { error, results = [] } = await new Migrator({ db, provider }).migrateToLatest()
    if (error !== undefined) throw error
    return { applied: results.map((result) => result.migrationName) }
  })
}

async function refuseNewer(db: Kysely<Database>, known: Record<string, Migration>): Promise<void> {
  const table = await sql<{
    there: boolean
  }>`select to_regclass('kysely_migration') is not null as there`.execute(db)
  if (!table.rows[0]?.there) return
  const applied = await sql<{ name: string }>`select name from kysely_migration order by name`.execute(db)
  const unknown = applied.rows.map((row) => row.name).filter((name) => !Object.hasOwn(known, name))
  if (unknown.length > 0) throw new DatabaseIsNewer(unknown)
}
