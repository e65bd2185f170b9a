import { type Kysely, type Selectable, sql } from 'kysely'
import type { Database } from '../schema.ts'
import type { AccountTables } from './rows.ts'

export type ChangeSide = 'old' | 'new'

/** An account's address that is to become another, or has. */
export interface EmailChange {
  id: string
  userId: string
  /** The new one, and its stored form. */
  email: string
  emailKey: string
  fromEmail: string
  fromKey: string
  /** Whether the old one was proven, so that it has a say. */
  fromVerified: boolean
  confirmed: Readonly<Record<ChangeSide, boolean>>
  /** Epoch ms: until when it can be confirmed; once it is made, put back. */
  expiresAt: number
}

export interface EmailChangesRepository {
  /** In the place of one that is not made yet. */
  ask(change: Omit<EmailChange, 'confirmed'> & { at: number }): Promise<void>
  /** While it can be confirmed. */
  pending(by: { id: string } | { userId: string }, now: number): Promise<EmailChange | undefined>
  /** While it can be put back. */
  made(id: string, now: number): Promise<EmailChange | undefined>
  confirm(id: string, side: ChangeSide, at: number): Promise<void>
  makeIt(id: string, at: number, undoUntil: number): Promise<void>
  /** The one that is not made yet; false where there is none. */
  withdraw(userId: string): Promise<boolean>
  /** This one, and what came after it. */
  removeFrom({ id, userId }: Pick<EmailChange, 'id' | 'userId'>): Promise<void>
  /** Removes those whose time is over, so many at most; how many there were. */
  forget(limit: number): Promise<number>
}

export function createEmailChangesRepository(db: Kysely<Database>): EmailChangesRepository {
  const living = (now: number) =>
    db.selectFrom('email_changes').selectAll().where('expires_at', '>', new Date(now))
  const withdraw = async (userId: string): Promise<boolean> => {
    const { numDeletedRows } = await db
      .deleteFrom('email_changes')
      .where('user_id', '=', userId)
      .where('changed_at', 'is', null)
      .executeTakeFirst()
    return numDeletedRows > 0n
  }
  return {
    ask: async ({ id, userId, email, emailKey, fromEmail, fromKey, fromVerified, at, expiresAt }) => {
      await withdraw(userId)
      await db
        .insertInto('email_changes')
        .values({
          ...{ id, user_id: userId, email, email_key: emailKey },
          ...{ from_email: fromEmail, from_key: fromKey, from_verified: fromVerified },
          ...{ created_at: new Date(at), expires_at: new Date(expiresAt) },
        })
        .execute()
    },
    pending: async (by, now) =>
      toChange(
        await living(now)
          .where('changed_at', 'is', null)
          .where('id' in by ? 'id' : 'user_id', '=', 'id' in by ? by.id : by.userId)
          .executeTakeFirst(),
      ),
    made: async (id, now) =>
      toChange(await living(now).where('changed_at', 'is not', null).where('id', '=', id).executeTakeFirst()),
    confirm: async (id, side, at) => {
      const confirmed = { [`${side}_confirmed_at` as const]: new Date(at) }
      await db.updateTable('email_changes').set(confirmed).where('id', '=', id).execute()
    },
    makeIt: async (id, at, undoUntil) => {
      const times = { changed_at: new Date(at), expires_at: new Date(undoUntil) }
      await db.updateTable('email_changes').set(times).where('id', '=', id).execute()
    },
    withdraw,
    removeFrom: async ({ id, userId }) => {
      await db
        .deleteFrom('email_changes')
        .where('user_id', '=', userId)
        .where('created_at', '>=', (from) =>
          from.selectFrom('email_changes as first').select('created_at').where('first.id', '=', id),
        )
        .execute()
    },
    forget: async (limit) => {
      const { numDeletedRows } = await db
        .deleteFrom('email_changes')
        .where('id', 'in', (from) =>
          from
            .selectFrom('email_changes')
            .select('id')
            .where('expires_at', '<', sql<Date>`now()`)
            .limit(limit),
        )
        .executeTakeFirst()
      return Number(numDeletedRows)
    },
  }
}

const toChange = (row: Selectable<AccountTables['email_changes']> | undefined): EmailChange | undefined =>
  row && {
    ...{ id: row.id, userId: row.user_id, email: row.email, emailKey: row.email_key },
    ...{ fromEmail: row.from_email, fromKey: row.from_key, fromVerified: row.from_verified },
    confirmed: { old: row.old_confirmed_at !== null, new: row.new_confirmed_at !== null },
    expiresAt: row.expires_at.getTime(),
  }
