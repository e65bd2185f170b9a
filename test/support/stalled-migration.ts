/** A process that migrates the database at the given address and, half way, says so and waits for its end. */
import type { Kysely } from 'kysely'
import { openDatabase } from '../../adapters/database.ts'
import { migrate } from '../../adapters/migrate.ts'
import { migrations } from '../../migrations/index.ts'

async function halfMade(db: Kysely<unknown>): Promise<void> {
  await db.schema.createTable('half_made').addColumn('id', 'integer').execute()
  process.send?.('half way')
  await new Promise(() => setInterval(() => {}, 60_000))
}

const database = await openDatabase({ url: process.argv[2], dataDir: '', poolMax: 1 })
await migrate(database, { ...migrations, '9999-half-made': { up: halfMade } })
