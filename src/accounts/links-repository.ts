import type { Kysely } from 'kysely'
import type { Database } from '../schema.ts'

export type LinkPurpose =
  | 'set_password'
  | 'reset_password'
  | 'not_me'
  | 'verify_email'
  | 'confirm_old_email'
  | 'confirm_new_email'
  | 'undo_email'
  | 'keep_account'

/** What a person ends who says that it wasn't them; a device with all that were new since, epoch ms. */
export type LinkEnds = { kind: 'session'; value: string } | { kind: 'device'; value: string; since: number }

interface NewLink {
  /** Keyed hash of the token. */
  key: Buffer
  userId: string
  purpose: LinkPurpose
  ends?: LinkEnds | undefined
  /** The address that it is for, in its one form. */
  emailKey?: string | undefined
  /** The change of address that it is part of. */
  change?: string | undefined
  expiresAt: number
  at: number
}

export interface FoundLink {
  userId: string
  ends: LinkEnds | undefined
  emailKey: string | undefined
  change: string | undefined
}

/** Keyed hashes of one token: under the pepper in use, and under those before it that may have made its link. */
export type LinkKeys = readonly Buffer[]

export interface LinksRepository {
  /** False where there is a link of this key. */
  add(link: NewLink): Promise<boolean>
  /** Whether there is a link of this token, used or not. */
  exists(keys: LinkKeys): Promise<boolean>
  /** When the latest link of a purpose, used or not, was made; epoch ms. */
  latestAt(userId: string, purpose: LinkPurpose): Promise<number | undefined>
  /** Whose link it is, while it is good. */
  find(keys: LinkKeys, purpose: LinkPurpose, now: number): Promise<FoundLink | undefined>
  /** The same, for exactly one of any number of callers: afterwards it is good no more. */
  spend(keys: LinkKeys, purpose: LinkPurpose, now: number): Promise<{ userId: string } | undefined>
  /** Ends what links the account has, used ones included; of all purposes, where none is named. */
  removeAll(userId: string, purpose?: LinkPurpose): Promise<void>
  removeAllBut(userId: string, purpose: LinkPurpose): Promise<void>
}

export function createLinksRepository(db: Kysely<Database>): LinksRepository {
  return {
    add: async ({ key, userId, purpose, ends, emailKey = null, change = null, expiresAt, at }) => {
      const times = { expires_at: new Date(expiresAt), created_at: new Date(at) }
      const { numInsertedOrUpdatedRows } = await db
        .insertInto('account_links')
        .values({
          ...{ key, user_id: userId, purpose, ends: ends ? JSON.stringify(ends) : null },
          ...{ email_key: emailKey, change, ...times },
        })
        .onConflict((c) => c.column('key').doNothing())
        .executeTakeFirst()
      return numInsertedOrUpdatedRows === 1n
    },
    exists: async (keys) => {
      const row = await db
        .selectFrom('account_links')
        .select('purpose')
        .where('key', 'in', keys)
        .executeTakeFirst()
      return row !== undefined
    },
    latestAt: async (userId, purpose) => {
      const row = await db
        .selectFrom('account_links')
        .select('created_at')
        .where('user_id', '=', userId)
        .where('purpose', '=', purpose)
        .orderBy('created_at', 'desc')
        .limit(1)
        .executeTakeFirst()
      return row?.created_at.getTime()
    },
    find: async (keys, purpose, now) => {
      const row = await db
        .selectFrom('account_links')
        .select(['user_id as userId', 'ends', 'email_key', 'change'])
        .where('key', 'in', keys)
        .where('purpose', '=', purpose)
        .where('used_at', 'is', null)
        .where('expires_at', '>', new Date(now))
        .executeTakeFirst()
      return (
        row && {
          ...{ userId: row.userId, ends: row.ends ?? undefined },
          ...{ emailKey: row.email_key ?? undefined, change: row.change ?? undefined },
        }
      )
    },
    spend: (keys, purpose, now) =>
      db
        .updateTable('account_links')
        .set({ used_at: new Date(now) })
        .where('key', 'in', keys)
        .where('purpose', '=', purpose)
        .where('used_at', 'is', null)
        .where('expires_at', '>', new Date(now))
        .returning('user_id as userId')
        .executeTakeFirst(),
    removeAllBut: async (userId, purpose) => {
      await db
        .deleteFrom('account_links')
        .where('user_id', '=', userId)
        .where('purpose', '<>', purpose)
        .execute()
    },
    removeAll: async (userId, purpose) => {
      await db
        .deleteFrom('account_links')
        .where('user_id', '=', userId)
        .$if(purpose !== undefined, (q) => q.where('purpose', '=', purpose ?? ''))
        .execute()
    },
  }
}
