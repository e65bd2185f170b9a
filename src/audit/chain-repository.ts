/** The chains in PostgreSQL: from the inbox to their ends, in batches, by whoever holds the lock on the heads. */
import { type Kysely, sql } from 'kysely'
import type { Database } from '../schema.ts'
import { CHAINS, type ChainName, chainOf } from './catalogue.ts'
import { type ChainHead, linkTo } from './chain.ts'
import { type AuditEvent, createEvent, readEvent } from './event.ts'
import { recordEvent } from './inbox-repository.ts'
import type { Personal, Records } from './record.ts'
import { refusedEvent } from './refused-event.ts'
import type { AuditEventRow, AuditPersonalRow } from './rows.ts'

export interface ChainRepository {
  /**
   * Links up to `most` events of the inbox; how many were taken. None while another process does it, unless it is told
   * to wait for that one.
   */
  linkNext(now: number, most: number, options?: { wait?: boolean }): Promise<number>
  /** Drops what is kept beyond its time, and records that; how many partitions. */
  dropOld(now: number): Promise<number>
}

/** What follows from events that were chained, in the same transaction. Each event comes here once. */
export type Follow = (tx: Kysely<Database>, events: readonly AuditEvent[]) => Promise<void>

export function createChainRepository(
  db: Kysely<Database>,
  records: Records,
  follow: Follow = async () => {},
): ChainRepository {
  return {
    linkNext: async (now, most, { wait = false } = {}) => {
      const waiting = await db.selectFrom('event_inbox').select('id').limit(1).executeTakeFirst()
      if (waiting === undefined) return 0
      const link = (tx: Kysely<Database>) => linkBatch(tx, records, follow, { now, most, wait })
      return db.isTransaction ? link(db) : db.transaction().execute(link)
    },
    dropOld: (now) =>
      db.transaction().execute(async (tx) => {
        const dropped = await sql<Dropped>`select * from audit_drop_old()`.execute(tx)
        for (const { of_chain: chain, first, last, last_hash } of dropped.rows) {
          const details = { chain, first, last, hash: last_hash.toString('hex') }
          await recordEvent(
            tx,
            createEvent({ actor: 'gatehouse' }, { type: 'audit.events_dropped', details }, now),
          )
        }
        return dropped.rows.length
      }),
  }
}

interface Dropped {
  of_chain: ChainName
  first: number
  last: number
  last_hash: Buffer
}

type Head = ChainHead & { recordedAt: number }

/**
 * Who waited for the lock sees what the one before has committed. An event that is chained already came a second time:
 * from a stream whose reader did not live to say that it had read.
 */
async function linkBatch(
  tx: Kysely<Database>,
  records: Records,
  follow: Follow,
  { now, most, wait }: { now: number; most: number; wait: boolean },
): Promise<number> {
  const heads = await lockHeads(tx, now, wait)
  if (heads.size < CHAINS.length) return 0
  const taken = await tx.selectFrom('event_inbox').select(['id', 'event']).orderBy('id').limit(most).execute()
  if (taken.length === 0) return 0
  const ids = taken.map(({ id }) => id)
  const chained = await tx.selectFrom('audit_events').select('id').where('id', 'in', ids).execute()
  const known = new Set(chained.map(({ id }) => id))
  const events = taken
    .filter(({ id }) => !known.has(id))
    .map(({ id, event }) => readEvent({ id, text: event }) ?? refusedEvent({ id, text: event }, now))
  for (const head of heads.values()) await append(tx, records, head, events)
  await follow(tx, events)
  await tx.deleteFrom('event_inbox').where('id', 'in', ids).execute()
  return taken.length
}

/**
 * Both or none. A row is recorded no earlier than the one ahead of it, whatever the clocks of the nodes
 * say, and never in the future of the database: partitions are dropped by it.
 */
async function lockHeads(tx: Kysely<Database>, now: number, wait: boolean): Promise<Map<ChainName, Head>> {
  const rows = await tx
    .selectFrom('audit_chains')
    .select(['chain', 'sequence', 'hash'])
    .select(
      sql<Date>`greatest(recorded_at, least(${new Date(now)}::timestamptz, clock_timestamp()))`.as('at'),
    )
    .orderBy('chain')
    .forUpdate()
    .$if(!wait, (query) => query.skipLocked())
    .execute()
  return new Map(rows.map(({ at, ...head }) => [head.chain, { ...head, recordedAt: at.getTime() }]))
}

async function append(
  tx: Kysely<Database>,
  records: Records,
  head: Head,
  events: readonly AuditEvent[],
): Promise<void> {
  const { chain, recordedAt } = head
  const own = events.filter(({ type }) => chainOf(type) === chain)
  if (own.length === 0) return
  await sql`select audit_make_partition(${chain}, ${new Date(recordedAt)}::timestamptz)`.execute(tx)
  let end: ChainHead = head
  const rows: AuditEventRow[] = []
  const beside: AuditPersonalRow[] = []
  for (const event of own) {
    const { record, personal } = records.toRecord(event)
    const link = linkTo(end, record, recordedAt)
    rows.push(toRow(event, link))
    if (Object.keys(personal).length > 0) beside.push(toPersonalRow(event, link, personal))
    end = link
  }
  await tx.insertInto('audit_events').values(rows).execute()
  if (beside.length > 0) await tx.insertInto('audit_personal').values(beside).execute()
  await tx
    .updateTable('audit_chains')
    .set({ sequence: end.sequence, hash: end.hash, recorded_at: new Date(recordedAt) })
    .where('chain', '=', chain)
    .execute()
}

type Place = Pick<ReturnType<typeof linkTo>, 'chain' | 'sequence' | 'recordedAt' | 'record' | 'hash'>

const toRow = (event: AuditEvent, { recordedAt, ...link }: Place): AuditEventRow => ({
  ...link,
  recorded_at: new Date(recordedAt),
  id: event.id,
  type: event.type,
  time: new Date(event.time),
  subject: event.subject ?? null,
  client: event.client ?? null,
  session: event.session ?? null,
  request_id: event.requestId ?? null,
})

const toPersonalRow = (
  event: AuditEvent,
  { chain, recordedAt }: Place,
  { ip = null, userAgent = null, name = null }: { [Field in keyof Personal]?: string | null },
): AuditPersonalRow => ({
  chain,
  recorded_at: new Date(recordedAt),
  event_id: event.id,
  ip,
  user_agent: userAgent,
  name,
})
