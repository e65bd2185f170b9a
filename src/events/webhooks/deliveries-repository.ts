/**
 * What waits for each webhook. Rows hold no content: that stays in the trail, and is read when it is told. Of rows that
 * are about the same subject only the first is ever due.
 */
import { type Kysely, sql } from 'kysely'
import type { AuditEvent } from '../../audit/event.ts'
import { recordEvent } from '../../audit/inbox-repository.ts'
import type { Personal } from '../../audit/record.ts'
import { createTrailRepository, type TrailRepository, type TrailRow } from '../../audit/trail-repository.ts'
import type { Database } from '../../schema.ts'
import type { Positions } from '../next-events.ts'

export interface Delivery {
  webhook: string
  number: number
  eventId: string
  type: string
  /** Before this one. */
  attempts: number
  /** Undefined: the trail keeps it no longer. */
  content: { record: string; personal: Personal } | undefined
}

export interface NewDelivery {
  webhook: string
  orderedBy: string
  event: Pick<TrailRow, 'chain' | 'recordedAt' | 'sequence' | 'id' | 'type'>
}

export interface FailedDelivery {
  webhook: string
  number: number
  /** This one included. */
  attempts: number
  reason: string
  /** Epoch ms; undefined: it is set aside. */
  retryAt: number | undefined
}

export interface Results {
  /** Told, or nothing to tell any more. */
  done: readonly Pick<Delivery, 'webhook' | 'number'>[]
  failed: readonly FailedDelivery[]
  /** By webhook: whether anything was told, and why not. */
  health: ReadonlyMap<string, { well: boolean; reason: string | undefined }>
}

export interface Place {
  webhook: string
  events: readonly string[]
  positions: Positions
}

export interface DeadLetter {
  webhook: string
  eventId: string
  type: string
  createdAt: number
  deadAt: number
  attempts: number
  reason: string
}

export interface Depth {
  waiting: number
  dead: number
  /** When the event was taken that waits longest. */
  oldestAt: number | undefined
}

export interface DeliveriesRepository {
  /** In one transaction: the trail, and, locked, each webhook that is told of it, but those that another node has. */
  moveOn(
    work: (inside: {
      places: readonly Place[]
      trail: TrailRepository
      /** How many rows wait for these. */
      waitingFor: (webhooks: readonly string[]) => Promise<ReadonlyMap<string, number>>
    }) => Promise<{ rows: readonly NewDelivery[]; positions: ReadonlyMap<string, Positions> }>,
    now: number,
  ): Promise<number>
  /** What is due, for each webhook as many as there is room; without those that are under way. */
  due(
    rooms: ReadonlyMap<string, number>,
    underWay: readonly Pick<Delivery, 'webhook' | 'number'>[],
    now: number,
  ): Promise<Delivery[]>
  settle(results: Results, now: number): Promise<void>
  /** What was set aside, oldest first. */
  dead(webhook: string): Promise<DeadLetter[]>
  /**
   * Makes due what was set aside or waits for another try; with `eventIds`, only these. How many; where there are any,
   * the event that is made of that is recorded.
   */
  replay(
    webhook: string,
    replay: { now: number; eventIds?: readonly string[]; event: (count: number) => AuditEvent },
  ): Promise<number>
  /** Removes what was set aside before a time, at most so many. */
  forgetDead(before: number, limit: number): Promise<number>
  /** By webhook, where there is anything. */
  depths(): Promise<Map<string, Depth>>
}

export function createDeliveriesRepository(db: Kysely<Database>): DeliveriesRepository {
  return {
    moveOn: (work, now) =>
      db.transaction().execute(async (tx) => {
        const places = await lockPlaces(tx)
        if (places.length === 0) return 0
        const { rows, positions } = await work({
          places,
          trail: createTrailRepository(tx),
          waitingFor: (webhooks) => countWaiting(tx, webhooks),
        })
        await add(tx, rows, now)
        await moveTo(tx, positions)
        return rows.length
      }),
    due: async (rooms, underWay, now) => {
      const rows = await selectDue(db, rooms, underWay, now)
      return rows.map(toDelivery)
    },
    settle: async ({ done, failed, health }, now) => {
      if (done.length > 0) await remove(db, done)
      if (failed.length > 0) await keepFailed(db, failed, now)
      if (health.size > 0) await keepHealth(db, health, now)
    },
    dead: async (webhook) => {
      const rows = await db
        .selectFrom('webhook_deliveries')
        .selectAll()
        .where('webhook', '=', webhook)
        .where('dead_at', 'is not', null)
        .orderBy('number')
        .$narrowType<{ dead_at: Date }>()
        .execute()
      return rows.map((row) => ({
        webhook,
        eventId: row.event_id,
        type: row.type,
        createdAt: row.created_at.getTime(),
        deadAt: row.dead_at.getTime(),
        attempts: row.attempts,
        reason: row.reason ?? '',
      }))
    },
    replay: (webhook, { now, eventIds, event }) =>
      db.transaction().execute(async (tx) => {
        const { numUpdatedRows } = await tx
          .updateTable('webhook_deliveries')
          .set({ dead_at: null, attempts: 0, next_attempt_at: new Date(now) })
          .where('webhook', '=', webhook)
          .where((row) => row.or([row('dead_at', 'is not', null), row('attempts', '>', 0)]))
          .$if(eventIds !== undefined, (query) => query.where('event_id', 'in', eventIds ?? []))
          .executeTakeFirst()
        const count = Number(numUpdatedRows)
        if (count > 0) await recordEvent(tx, event(count))
        return count
      }),
    forgetDead: async (before, limit) => {
      const old = db
        .selectFrom('webhook_deliveries')
        .select(['webhook', 'number'])
        .where('dead_at', '<', new Date(before))
        .limit(limit)
      const { numDeletedRows } = await db
        .deleteFrom('webhook_deliveries')
        .where((row) => row(row.refTuple('webhook', 'number'), 'in', old.$asTuple('webhook', 'number')))
        .executeTakeFirst()
      return Number(numDeletedRows)
    },
    depths: async () => {
      const rows = await db
        .selectFrom('webhook_deliveries')
        .select('webhook')
        .select(sql<number>`count(*) filter (where dead_at is null)`.as('waiting'))
        .select(sql<number>`count(*) filter (where dead_at is not null)`.as('dead'))
        .select(sql<Date | null>`min(created_at) filter (where dead_at is null)`.as('oldest'))
        .groupBy('webhook')
        .execute()
      return new Map(
        rows.map(({ webhook, waiting, dead, oldest }) => [
          webhook,
          { waiting, dead, oldestAt: oldest?.getTime() },
        ]),
      )
    },
  }
}

async function lockPlaces(tx: Kysely<Database>): Promise<Place[]> {
  const rows = await tx
    .selectFrom('webhooks as w')
    .select(['w.id', 'w.events', 'w.main_position', 'w.refreshes_position'])
    .where('w.disabled_at', 'is', null)
    .orderBy('w.id')
    .forUpdate()
    .skipLocked()
    .execute()
  return rows.map(({ id, events, main_position: main, refreshes_position: refreshes }) => ({
    webhook: id,
    events,
    positions: { main, refreshes },
  }))
}

async function countWaiting(tx: Kysely<Database>, webhooks: readonly string[]): Promise<Map<string, number>> {
  const rows = await tx
    .selectFrom('webhook_deliveries')
    .select(['webhook', (row) => row.fn.countAll<number>().as('waiting')])
    .where('webhook', 'in', webhooks)
    .where('dead_at', 'is', null)
    .groupBy('webhook')
    .execute()
  return new Map(rows.map(({ webhook, waiting }) => [webhook, waiting]))
}

/** In their order: the numbers are given out in it. */
async function add(tx: Kysely<Database>, rows: readonly NewDelivery[], now: number): Promise<void> {
  if (rows.length === 0) return
  const of = <T>(pick: (row: NewDelivery) => T): T[] => rows.map(pick)
  await sql`
    insert into webhook_deliveries
      (webhook, ordered_by, chain, recorded_at, sequence, event_id, type, created_at, next_attempt_at)
    select webhook, ordered_by, chain, recorded_at, sequence, event_id, type, ${new Date(now)}, ${new Date(now)}
    from unnest(
      ${of(({ webhook }) => webhook)}::uuid[], ${of(({ orderedBy }) => orderedBy)}::text[],
      ${of(({ event }) => event.chain)}::text[],
      ${of(({ event }) => new Date(event.recordedAt).toISOString())}::timestamptz[],
      ${of(({ event }) => event.sequence)}::bigint[], ${of(({ event }) => event.id)}::uuid[],
      ${of(({ event }) => event.type)}::text[]
    ) with ordinality as t (webhook, ordered_by, chain, recorded_at, sequence, event_id, type, n)
    order by n
    on conflict (webhook, event_id) do nothing`.execute(tx)
}

async function moveTo(tx: Kysely<Database>, positions: ReadonlyMap<string, Positions>): Promise<void> {
  if (positions.size === 0) return
  const to = [...positions.values()]
  await sql`
    update webhooks w set main_position = p.main, refreshes_position = p.refreshes
    from unnest(
      ${[...positions.keys()]}::uuid[], ${to.map(({ main }) => main)}::bigint[],
      ${to.map(({ refreshes }) => refreshes)}::bigint[]
    ) as p (id, main, refreshes)
    where w.id = p.id`.execute(tx)
}

interface DueRow {
  webhook: string
  number: number
  event_id: string
  type: string
  attempts: number
  record: string | null
  ip: string | null
  user_agent: string | null
}

/** All that waits is looked through by its index: whatever piles up about one subject, it takes the same time. */
async function selectDue(
  db: Kysely<Database>,
  rooms: ReadonlyMap<string, number>,
  underWay: readonly Pick<Delivery, 'webhook' | 'number'>[],
  now: number,
): Promise<DueRow[]> {
  const { rows } = await sql<DueRow>`
    select d.webhook, d.number, d.event_id, d.type, d.attempts, e.record, p.ip, p.user_agent
    from unnest(${[...rooms.keys()]}::uuid[], ${[...rooms.values()]}::int[]) as r (webhook, room)
    cross join lateral (
      select number from (
        select distinct on (ordered_by) number, next_attempt_at from webhook_deliveries
        where webhook = r.webhook and dead_at is null
        order by ordered_by, number
      ) as first
      where next_attempt_at <= ${new Date(now)}
        and number <> all (${underWay.map(({ number }) => number)}::bigint[])
      order by number limit r.room
    ) as head
    join webhook_deliveries d on d.webhook = r.webhook and d.number = head.number
    left join audit_events e
      on e.chain = d.chain and e.recorded_at = d.recorded_at and e.sequence = d.sequence
    left join audit_personal p
      on p.chain = d.chain and p.recorded_at = d.recorded_at and p.event_id = d.event_id
    order by d.number`.execute(db)
  return rows
}

const toDelivery = (row: DueRow): Delivery => ({
  webhook: row.webhook,
  number: row.number,
  eventId: row.event_id,
  type: row.type,
  attempts: row.attempts,
  content:
    row.record === null
      ? undefined
      : {
          record: row.record,
          personal: {
            ...(row.ip !== null && { ip: row.ip }),
            ...(row.user_agent !== null && { userAgent: row.user_agent }),
          },
        },
})

async function remove(db: Kysely<Database>, done: Results['done']): Promise<void> {
  await sql`
    delete from webhook_deliveries d
    using unnest(${done.map(({ webhook }) => webhook)}::uuid[], ${done.map(({ number }) => number)}::bigint[])
      as t (webhook, number)
    where d.webhook = t.webhook and d.number = t.number`.execute(db)
}

/** What was changed meanwhile, by another leader or by hand, stays as it is. */
async function keepFailed(
  db: Kysely<Database>,
  failed: readonly FailedDelivery[],
  now: number,
): Promise<void> {
  const iso = (at: number | undefined): string | null =>
    at === undefined ? null : new Date(at).toISOString()
  const of = <T>(pick: (row: FailedDelivery) => T): T[] => failed.map(pick)
  await sql`
    update webhook_deliveries d set
      attempts = t.attempts, reason = t.reason,
      next_attempt_at = coalesce(t.retry_at, d.next_attempt_at),
      dead_at = case when t.retry_at is null then ${new Date(now)}::timestamptz end
    from unnest(
      ${of(({ webhook }) => webhook)}::uuid[], ${of(({ number }) => number)}::bigint[],
      ${of(({ attempts }) => attempts)}::int[], ${of(({ reason }) => reason)}::text[],
      ${of(({ retryAt }) => iso(retryAt))}::timestamptz[]
    ) as t (webhook, number, attempts, reason, retry_at)
    where d.webhook = t.webhook and d.number = t.number and d.attempts = t.attempts - 1
      and d.dead_at is null`.execute(db)
}

async function keepHealth(db: Kysely<Database>, health: Results['health'], now: number): Promise<void> {
  const all = [...health.values()]
  await sql`
    update webhooks w set
      failing_since = case when t.well then null else coalesce(w.failing_since, ${new Date(now)}) end,
      last_failure = case when t.well then null else t.reason end
    from unnest(
      ${[...health.keys()]}::uuid[], ${all.map(({ well }) => well)}::bool[],
      ${all.map(({ reason = null }) => reason)}::text[]
    ) as t (id, well, reason)
    where w.id = t.id and (not t.well or w.failing_since is not null)
      and (t.well or w.failing_since is null or w.last_failure is distinct from t.reason)`.execute(db)
}
