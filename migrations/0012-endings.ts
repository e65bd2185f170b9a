/**
 * What is ended leaves a note in the statement that ends it, from which a worker finds whom to tell; and for as long as
 * an access token can live, the ended sessions of which resource servers may ask.
 */
import { type Kysely, sql } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  // JSON is text, as in the other tables of state.
  await sql`
    create table state_endings (
      id bigint generated always as identity primary key,
      event_id uuid not null,
      event text not null,
      model text not null,
      record text not null
    ) with (autovacuum_vacuum_scale_factor = 0.05)`.execute(db)
  await sql`
    create table ended_sids (
      resource text not null,
      sid text not null,
      ended_at timestamptz not null,
      primary key (resource, sid)
    ) with (autovacuum_vacuum_scale_factor = 0.05)`.execute(db)
  await sql`create index ended_sids_by_time on ended_sids (ended_at)`.execute(db)
}
