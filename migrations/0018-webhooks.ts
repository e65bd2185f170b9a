/**
 * Where events are told to other systems. A webhook has a position in each chain of the audit trail, up to which its
 * events were taken: what it has to be told waits in the trail, and only the next of it in rows of its own.
 */
import { type Kysely, sql } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('webhooks')
    .addColumn('id', 'uuid', (c) => c.primaryKey())
    .addColumn('name', 'text', (c) => c.notNull().unique())
    .addColumn('url', 'text', (c) => c.notNull())
    .addColumn('events', 'jsonb', (c) => c.notNull())
    .addColumn('secret_sealed', 'bytea', (c) => c.notNull())
    .addColumn('previous_secret_sealed', 'bytea')
    .addColumn('previous_secret_until', 'timestamptz')
    .addColumn('main_position', 'bigint', (c) => c.notNull())
    .addColumn('refreshes_position', 'bigint', (c) => c.notNull())
    .addColumn('disabled_at', 'timestamptz')
    .addColumn('disabled_reason', 'text')
    .addColumn('failing_since', 'timestamptz')
    .addColumn('last_failure', 'text')
    .addColumn('managed_by', 'text')
    .addColumn('created_at', 'timestamptz', (c) => c.notNull().defaultTo(sql`now()`))
    .addColumn('updated_at', 'timestamptz', (c) => c.notNull().defaultTo(sql`now()`))
    .execute()

  // `ordered_by`: of two rows that have it in common, the one with the lower number is told first.
  await sql`
    create table webhook_deliveries (
      webhook uuid not null references webhooks on delete cascade,
      number bigint not null generated always as identity,
      ordered_by text not null,
      chain text not null,
      recorded_at timestamptz not null,
      sequence bigint not null,
      event_id uuid not null,
      type text not null,
      created_at timestamptz not null,
      next_attempt_at timestamptz not null,
      attempts integer not null default 0,
      reason text,
      dead_at timestamptz,
      primary key (webhook, number),
      unique (webhook, event_id)
    ) with (autovacuum_vacuum_scale_factor = 0.05, fillfactor = 70)`.execute(db)
  await sql`
    create index webhook_deliveries_in_order
    on webhook_deliveries (webhook, ordered_by, number) include (next_attempt_at) where dead_at is null`.execute(
    db,
  )

  await db.schema
    .createTable('event_streams')
    .addColumn('stream', 'text', (c) => c.primaryKey())
    .addColumn('main_position', 'bigint', (c) => c.notNull())
    .addColumn('refreshes_position', 'bigint', (c) => c.notNull())
    .execute()
}
