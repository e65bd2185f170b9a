/** What has expired counts as absent already; this only gives the room back. */
import type { ExpiringTables } from '../postgres-rows.ts'
import type { Ask, Statement } from './statements.ts'

const BATCH = 500

/**
 * By `now()`, which an index can be asked for. Rows in use are left for the next time: nobody waits for a sweep, and
 * a lock looks at its row again, so that a life that was lengthened meanwhile is respected.
 */
const sweepOf = (table: keyof ExpiringTables): Statement => ({
  name: `sweep_${table}`,
  text: `
    delete from ${table} where ctid = any (array(
      select ctid from ${table} where expires_at <= now() limit ${BATCH} for update skip locked
    ))`,
})

const SWEEPS: Statement[] = [
  sweepOf('state_tokens'),
  sweepOf('state_grants'),
  sweepOf('state_artifacts'),
  sweepOf('state_aliases'),
  sweepOf('state_claims'),
]

export async function sweep(ask: Ask): Promise<number> {
  let removed = 0
  for (const statement of SWEEPS) {
    let batch: number
    do {
      batch = (await ask(statement)).rowCount ?? 0
      removed += batch
    } while (batch === BATCH)
  }
  return removed
}
