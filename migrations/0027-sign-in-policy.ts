/** What a sign-in has to be: the server's policy, one row or none, and a client's; and since when a device is trusted. */
import { type Kysely, sql } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await statement.execute(db)
}

const statements = [
  sql`
    create table sign_in_policy (
      single boolean primary key default true check (single),
      settings jsonb not null,
      managed_by text,
      updated_at timestamptz not null default now()
    )`,
  sql`alter table clients add column sign_in jsonb`,
  sql`alter table devices add column trusted_at timestamptz`,
]
