import { type Kysely, sql } from 'kysely'

/** A data key is announced before it is used, and its row outlives its end: its number is never given out again. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .alterTable('data_keys')
    .addColumn('usable_from', 'timestamptz', (c) => c.notNull().defaultTo(sql`now()`))
    .addColumn('ended', 'text', (c) => c.check(sql`ended in ('retired', 'compromised')`))
    .addColumn('ended_at', 'timestamptz')
    .execute()
  await sql`update data_keys set usable_from = created_at`.execute(db)
}
