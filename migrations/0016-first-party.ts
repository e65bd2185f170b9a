/**
 * What the tokens of the first-party API are for, and how long they live: one row, or none. A resource server that they
 * are for can't be removed.
 */
import { type Kysely, sql } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table first_party_settings (
      single boolean primary key default true check (single),
      resource text references resource_servers,
      scope text,
      access_token_ttl integer,
      refresh_token_ttl integer,
      refresh_family_ttl integer,
      managed_by text,
      updated_at timestamptz not null default now()
    )`.execute(db)
}
