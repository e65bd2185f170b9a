/** Accounts that somebody asked for: none of them is one before its address is proven. */
import { type Kysely, sql } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await statement.execute(db)
}

const statements = [
  sql`
    create table registrations (
      id uuid primary key,
      email text not null,
      email_key text not null,
      name text not null,
      phc text not null,
      locale text not null,
      browser bytea not null,
      link_key bytea unique,
      created_at timestamptz not null,
      expires_at timestamptz not null
    )`,
  sql`create index registrations_of_address on registrations (email_key)`,
  sql`create index registrations_expiry on registrations (expires_at)`,
]
