/** Where events wait to be chained. What waits here is never lost: it is part of the change that it tells of. */
import { type Kysely, sql } from 'kysely'
import type { StoredEvent } from '../../adapters/contract.ts'
import type { Database } from '../schema.ts'
import { type AuditEvent, toStored } from './event.ts'

/** Within the transaction of the change, if there is one: `db` is that transaction. */
export const recordEvent = (db: Kysely<Database>, event: AuditEvent): Promise<void> =>
  insert(db, [toStored(event)])

/** The same of many. */
export const recordEvents = (db: Kysely<Database>, events: readonly StoredEvent[]): Promise<void> =>
  insert(db, events)

/** The event is recorded with the change, if there was one; within a transaction that is open already, or one of its own. */
export const recorded = (
  db: Kysely<Database>,
  event: AuditEvent,
  change: (db: Kysely<Database>) => Promise<boolean>,
): Promise<boolean> => {
  const inOneStep = async (tx: Kysely<Database>): Promise<boolean> => {
    const changed = await change(tx)
    if (changed) await recordEvent(tx, event)
    return changed
  }
  return db.isTransaction ? inOneStep(db) : db.transaction().execute(inOneStep)
}

export interface Inbox {
  /** Events that were kept elsewhere till now; those that are here already are passed over. */
  takeIn(events: readonly StoredEvent[]): Promise<void>
}

/**
 * What comes while a statement is under way goes together in the next one: each waits for its own to be kept, and a
 * busy node has one statement under way instead of one a request. Those that wait for a statement that fails fail with
 * it: a database that does not answer must not keep them twice as long.
 */
export function createInbox(db: Kysely<Database>): Inbox {
  const free = Promise.resolve()
  let underWay: Promise<void> = free
  let next: { events: StoredEvent[]; kept: Promise<void> } | undefined
  const send = async (events: StoredEvent[]): Promise<void> => {
    try {
      await underWay
    } finally {
      next = undefined
      underWay = free
    }
    const sent = insert(db, events)
    underWay = sent
    try {
      await sent
    } finally {
      if (underWay === sent && next === undefined) underWay = free
    }
  }
  return {
    takeIn: (events) => {
      if (events.length === 0) return free
      if (next === undefined) {
        const together: StoredEvent[] = []
        next = { events: together, kept: send(together) }
      }
      next.events.push(...events)
      return next.kept
    },
  }
}

/** Always one text, however many there are, so that it is prepared but once. */
async function insert(db: Kysely<Database>, events: readonly StoredEvent[]): Promise<void> {
  const [ids, texts] = [events.map(({ id }) => id), events.map(({ text }) => text)]
  await sql`
    insert into event_inbox (id, event) select * from unnest(${ids}::uuid[], ${texts}::text[])
    on conflict (id) do nothing`.execute(db)
}
