/**
 * "Everything until now" is a number that goes up: what was made under a lower one is honoured no more. No clock is
 * asked, and it holds though a store of short-lived state comes back older than it was.
 */
import { type Kysely, sql } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table users add column epoch integer not null default 0`.execute(db)
  // A client of the same name that comes after one that was deleted begins above it.
  await sql`
    alter table clients
    add column epoch integer not null default (extract(epoch from clock_timestamp()) - 1700000000)::integer
  `.execute(db)
}
