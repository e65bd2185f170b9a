import type { Kysely } from 'kysely'
import type { Database } from '../schema.ts'

type LinkPurpose = 'set_password'

interface NewLink {
  /** Keyed hash of the token. */
  key: Buffer
  userId: string
  purpose: LinkPurpose
  expiresAt: number
  at: number
}

/** Keyed hashes of one token: under the pepper in use, and under those before it that may have made its link. */
export type LinkKeys = readonly Buffer[]

export interface LinksRepository {
  add(link: NewLink): Promise<void>
  /** Whose link it is, while it is good. */
  find(keys: LinkKeys, purpose: LinkPurpose, now: number): Promise<{ userId: string } | undefined>
  /** The same, for exactly one of any number of callers: afterwards it is good no more. */
  spend(keys: LinkKeys, purpose: LinkPurpose, now: number): Promise<{ userId: string } | undefined>
  /** Ends what links the account has, used ones included. */
  removeAll(userId: string, purpose: LinkPurpose): Promise<void>
}

export function createLinksRepository(db: Kysely<Database>): LinksRepository {
  return {
    add: async ({ key, userId, purpose, expiresAt, at }) => {
      const times = { expires_at: new Date(expiresAt), created_at: new Date(at) }
      await db
        .insertInto('account_links')
        .values({ key, user_id: userId, purpose, ...times })
        .execute()
    },
    find: (keys, purpose, now) =>
      db
        .selectFrom('account_links')
        .select('user_id as userId')
        .where('key', 'in', keys)
        .where('purpose', '=', purpose)
        .where('used_at', 'is', null)
        .where('expires_at', '>', new Date(now))
        .executeTakeFirst(),
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
    removeAll: async (userId, purpose) => {
      await db
        .deleteFrom('account_links')
        .where('user_id', '=', userId)
        .where('purpose', '=', purpose)
        .execute()
    },
  }
}
