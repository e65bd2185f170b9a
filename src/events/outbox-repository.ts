import { type Kysely, type Selectable, type SqlBool, sql } from 'kysely'
import type { Database } from '../schema.ts'
import { newRowId } from '../shared/ids.ts'
import { MAIL, type Message, type NewMessage } from './outbox-message.ts'
import type { EventTables } from './rows.ts'

export interface Waiting {
  waiting: number
  dead: number
  /** When the message that waits longest was written. */
  oldestAt: number | undefined
}

/** Its own transaction, or, made on one, its caller’s: what is rolled back is never told. */
export interface OutboxRepository {
  add(message: NewMessage): Promise<void>
  /**
   * Takes messages that are due, each for one taker: until `claimMs` are over nobody else gets it. A crash meanwhile
   * has cost it a strike.
   */
  take(what: { kinds: readonly string[]; now: number; claimMs: number; limit: number }): Promise<Message[]>
  /** What follows is ignored when the message was taken again meanwhile. */
  retry(message: Message, change: { at: number; strikes: number; reason: string }): Promise<void>
  setAside(message: Message, change: { now: number; reason: string }): Promise<void>
  done(message: Message, now: number): Promise<void>
  drop(message: Message): Promise<void>
  /** Removes the mails that wait for a person: what they would have said or offered is over. */
  withdrawMails(sub: string): Promise<void>
  /** Removes what tells nothing any more, whoever would have delivered it. */
  dropExpired(now: number): Promise<{ kind: string }[]>
  /** Removes at most so many of what was done or set aside before those times. */
  forget(before: { done: number; dead: number }, limit: number): Promise<number>
  waiting(): Promise<Waiting>
}

export function createOutboxRepository(db: Kysely<Database>): OutboxRepository {
  const open = (message: Message) =>
    db
      .updateTable('outbox')
      .where('id', '=', message.id)
      .where('attempts', '=', message.attempts)
      .where('done_at', 'is', null)
  return {
    add: async ({ kind, payload, at, expiresAt, once }) => {
      await db
        .insertInto('outbox')
        .values({
          id: newRowId(),
          kind,
          once: once ?? null,
          payload: JSON.stringify(payload),
          created_at: new Date(at),
          next_attempt_at: new Date(at),
          expires_at: expiresAt === undefined ? null : new Date(expiresAt),
        })
        .onConflict((conflict) => conflict.column('once').doNothing())
        .execute()
    },
    take: async ({ kinds, now, claimMs, limit }) => {
      const due = db
        .selectFrom('outbox')
        .select('id')
        .where('kind', 'in', kinds)
        .where('next_attempt_at', '<=', new Date(now))
        .where('done_at', 'is', null)
        .where('dead_at', 'is', null)
        .orderBy('next_attempt_at')
        .limit(limit)
        .forUpdate()
        .skipLocked()
      const rows = await db
        .updateTable('outbox')
        .set((row) => ({
          attempts: row('attempts', '+', 1),
          strikes: row('strikes', '+', 1),
          next_attempt_at: new Date(now + claimMs),
        }))
        // As an array, the inner query is asked once; otherwise its limit may be passed.
        .where(sql<SqlBool>`id = any (array(${due}))`)
        .returningAll()
        .execute()
      return rows.map(toMessage)
    },
    retry: async (message, { at, strikes, reason }) => {
      await open(message)
        .set({ next_attempt_at: new Date(at), strikes, reason })
        .execute()
    },
    setAside: async (message, { now, reason }) => {
      await open(message)
        .set({ dead_at: new Date(now), reason })
        .execute()
    },
    // Whoever has delivered it: it must not be delivered again. Kept, without its content, for `once`.
    done: async ({ id }, now) => {
      await db
        .updateTable('outbox')
        .where('id', '=', id)
        .set({ done_at: new Date(now), dead_at: null, payload: '{}', reason: null })
        .execute()
    },
    drop: async ({ id }) => {
      await db.deleteFrom('outbox').where('id', '=', id).execute()
    },
    withdrawMails: async (sub) => {
      await db
        .deleteFrom('outbox')
        .where('kind', '=', MAIL)
        .where(sql`payload->>'sub'`, '=', sub)
        .where('done_at', 'is', null)
        .execute()
    },
    dropExpired: (now) =>
      db
        .deleteFrom('outbox')
        .where('expires_at', '<=', new Date(now))
        .where('done_at', 'is', null)
        .returning('kind')
        .execute(),
    forget: async (before, limit) => {
      const old = db
        .selectFrom('outbox')
        .select('id')
        .where((row) =>
          row.or([row('done_at', '<', new Date(before.done)), row('dead_at', '<', new Date(before.dead))]),
        )
        .limit(limit)
      const { numDeletedRows } = await db.deleteFrom('outbox').where('id', 'in', old).executeTakeFirst()
      return Number(numDeletedRows)
    },
    waiting: async () => {
      const row = await db
        .selectFrom('outbox')
        .where('done_at', 'is', null)
        .select(sql<number>`count(*) filter (where dead_at is null)`.as('waiting'))
        .select(sql<number>`count(*) filter (where dead_at is not null)`.as('dead'))
        .select(sql<Date | null>`min(created_at) filter (where dead_at is null)`.as('oldest'))
        .executeTakeFirstOrThrow()
      return { waiting: row.waiting, dead: row.dead, oldestAt: row.oldest?.getTime() }
    },
  }
}

const toMessage = (row: Selectable<EventTables['outbox']>): Message => ({
  id: row.id,
  kind: row.kind,
  payload: row.payload,
  createdAt: row.created_at.getTime(),
  attempts: row.attempts,
  strikes: row.strikes,
})
