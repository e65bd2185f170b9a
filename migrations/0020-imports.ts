/** Where people came from: the id that they had there, by which a second import knows them again. */
import { type Kysely, sql } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await statement.execute(db)
}

const statements = [
  sql`
    create table user_sources (
      source text not null,
      source_id text not null,
      user_id uuid not null references users (id) on delete cascade,
      password_brought boolean not null,
      imported_at timestamptz not null,
      primary key (source, source_id)
    )`,
  sql`create index user_sources_of_user on user_sources (user_id)`,
]
