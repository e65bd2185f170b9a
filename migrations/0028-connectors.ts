/** Where people may sign in besides here; an identity of one of these is of one account only. */
import { type Kysely, sql } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('connectors')
    .addColumn('id', 'uuid', (c) => c.primaryKey())
    .addColumn('slug', 'text', (c) => c.notNull().unique())
    .addColumn('type', 'text', (c) => c.notNull())
    .addColumn('name', 'text', (c) => c.notNull())
    .addColumn('config', 'jsonb', (c) => c.notNull())
    .addColumn('secret_sealed', 'bytea')
    .addColumn('disabled_at', 'timestamptz')
    .addColumn('managed_by', 'text')
    .addColumn('created_at', 'timestamptz', (c) => c.notNull().defaultTo(sql`now()`))
    .addColumn('updated_at', 'timestamptz', (c) => c.notNull().defaultTo(sql`now()`))
    .execute()

  // A connector leads its identities by its id, which no other one ever has: one that is made anew finds none of them.
  await sql`
    create unique index one_identity_each
    on credentials ((data->>'connector'), (data->>'issuer'), (data->>'subject')) where method = 'identity'`.execute(
    db,
  )
}
