/**
 * Counters of rate limits for installations without Redis, in the columns and the order that `rate-limiter-flexible`
 * writes. `expire` is epoch milliseconds, by the clock of the node that began the window.
 */
import { type Kysely, sql } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of [table, index]) await statement.execute(db)
}

/** A count changes no indexed column: with room in the page it touches no index. */
const table = sql`
  create table counters (
    key text collate "C" primary key,
    points integer not null default 0,
    expire bigint
  ) with (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.05)`

const index = sql`create index counters_expiry on counters (expire)`
