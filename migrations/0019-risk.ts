/** The policy of risk, one row or none; where devices were; and what ends with a link by which a person disowns a sign-in. */
import { type Kysely, sql } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await statement.execute(db)
}

const statements = [
  sql`
    create table risk_policy (
      single boolean primary key default true check (single),
      outcomes jsonb not null,
      managed_by text,
      updated_at timestamptz not null default now()
    )`,
  sql`alter table devices add column countries text[] not null default '{}'`,
  sql`update devices set countries = array[country] where country is not null`,
  sql`alter table account_links add column ends jsonb`,
]
