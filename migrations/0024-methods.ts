/** What a credential is called and when it was used last; a passkey's id is nobody else's. */
import { type Kysely, sql } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await statement.execute(db)
}

const statements = [
  sql`alter table credentials add column label text, add column last_used_at timestamptz`,
  sql`create unique index one_passkey_each on credentials ((data->>'id')) where method = 'passkey'`,
  sql`create unique index one_set_of_recovery_codes_each on credentials (user_id) where method = 'recovery-codes'`,
  sql`alter table devices add column trusted_until timestamptz`,
]
