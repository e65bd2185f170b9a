/** Where events wait to be chained. What waits here is never lost: it is part of the change that it tells of. */
import type { Kysely } from 'kysely'
import type { StoredEvent } from '../../adapters/contract.ts'
import type { Database } from '../schema.ts'
import { type AuditEvent, toStored } from './event.ts'

/** Within the transaction of the change, if there is one: `db` is that transaction. */
export const recordEvent = (db: Kysely<Database>, event: AuditEvent): Promise<void> =>
  takeIn(db, [toStored(event)])

export interface Inbox {
  /** Events that were kept elsewhere till now; those that are here already are passed over. */
  takeIn(events: readonly StoredEvent[]): Promise<void>
}

export const createInbox = (db: Kysely<Database>): Inbox => ({ takeIn: (events) => takeIn(db, events) })

async function takeIn(db: Kysely<Database>, events: readonly StoredEvent[]): Promise<void> {
  if (events.length === 0) return
  await db
    .insertInto('event_inbox')
    .values(events.map(({ id, text }) => ({ id, event: text })))
    .onConflict((c) => c.column('id').doNothing())
    .execute()
}
