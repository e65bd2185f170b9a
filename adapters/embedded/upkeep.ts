/**
 * What PostgreSQL's background processes would do. PGlite has none: without this its log would grow for as long as
 * it runs, and rows that are gone would keep their place for ever. It comes in by the socket, a client like others.
 */
import { setTimeout as delay } from 'node:timers/promises'
import { Client, type ClientConfig, escapeIdentifier } from 'pg'

const EVERY_MS = 60_000
/** Half of the space that the log may take (`max_wal_size` in `cluster.ts`). */
const LOG_BYTES = 32 * 1024 * 1024

export async function keepTidy(
  address: ClientConfig,
  until: AbortSignal,
  onError: (error: Error) => void,
): Promise<void> {
  while (!until.aborted) {
    await delay(EVERY_MS, undefined, { signal: until }).catch(() => {})
    if (until.aborted) return
    // One that is cut off by the end is no news.
    await tidyUp(address).catch((error: Error) => until.aborted || onError(error))
  }
}

export async function tidyUp(address: ClientConfig): Promise<void> {
  const client = new Client(address)
  client.on('error', () => {})
  try {
    await client.connect()
    for (const table of await wornTables(client))
      await client.query(`vacuum (analyze) ${escapeIdentifier(table)}`)
    if ((await logSinceCheckpoint(client)) > LOG_BYTES) await client.query('checkpoint')
  } finally {
    await client.end()
  }
}

/** By the measure of autovacuum, counted from fewer rows: the tables here are small. */
async function wornTables(client: Client): Promise<string[]> {
  await client.query('select pg_stat_force_next_flush()')
  const { rows } = await client.query<{ name: string }>(
    `select relname as name from pg_stat_user_tables
      where schemaname = 'public' and greatest(n_dead_tup, n_mod_since_analyze) > 100 + n_live_tup / 5`,
  )
  return rows.map(({ name }) => name)
}

async function logSinceCheckpoint(client: Client): Promise<number> {
  const { rows } = await client.query<{ bytes: string }>(
    'select pg_current_wal_lsn() - redo_lsn as bytes from pg_control_checkpoint()',
  )
  return Number(rows[0]?.bytes)
}
