import { type Kysely, type Selectable, sql } from 'kysely'
import type { Database } from '../schema.ts'
import type { LinkKeys } from './links-repository.ts'
import type { AccountTables } from './rows.ts'

export interface Registration {
  id: string
  email: string
  emailKey: string
  name: string
  phc: string
  locale: string
  /** Keyed hash of the secret of the browser where it was begun. */
  browser: Buffer
}

export interface RegistrationsRepository {
  add(registration: Registration & { at: number; expiresAt: number }): Promise<void>
  /** While it is good. */
  find(id: string, now: number): Promise<Registration | undefined>
  /** Gives it the key of its link, or leaves it with the one that it has; false where it is gone. */
  link(id: string, key: Buffer): Promise<boolean>
  findByLink(keys: LinkKeys, now: number): Promise<Registration | undefined>
  /** For exactly one of any number of callers. */
  take(id: string, now: number): Promise<Registration | undefined>
  /** All that were asked for with an address. */
  removeAll(emailKey: string): Promise<void>
  /** Removes those whose time is over, so many at most; how many there were. */
  forget(limit: number): Promise<number>
}

export function createRegistrationsRepository(db: Kysely<Database>): RegistrationsRepository {
  const living = (now: number) =>
    db.selectFrom('registrations').selectAll().where('expires_at', '>', new Date(now))
  return {
    add: async ({ emailKey, at, expiresAt, ...given }) => {
      const times = { created_at: new Date(at), expires_at: new Date(expiresAt) }
      await db
        .insertInto('registrations')
        .values({ ...given, email_key: emailKey, ...times })
        .execute()
    },
    find: async (id, now) => toRegistration(await living(now).where('id', '=', id).executeTakeFirst()),
    link: async (id, key) => {
      const { numUpdatedRows } = await db
        .updateTable('registrations')
        .set({ link_key: sql`coalesce(link_key, ${key})` })
        .where('id', '=', id)
        .executeTakeFirst()
      return numUpdatedRows > 0n
    },
    findByLink: async (keys, now) =>
      toRegistration(await living(now).where('link_key', 'in', keys).executeTakeFirst()),
    take: async (id, now) =>
      toRegistration(
        await db
          .deleteFrom('registrations')
          .where('id', '=', id)
          .where('expires_at', '>', new Date(now))
          .returningAll()
          .executeTakeFirst(),
      ),
    removeAll: async (emailKey) => {
      await db.deleteFrom('registrations').where('email_key', '=', emailKey).execute()
    },
    forget: async (limit) => {
      const { numDeletedRows } = await db
        .deleteFrom('registrations')
        .where('id', 'in', (from) =>
          from
            .selectFrom('registrations')
            .select('id')
            .where('expires_at', '<', sql<Date>`now()`)
            .limit(limit),
        )
        .executeTakeFirst()
      return Number(numDeletedRows)
    },
  }
}

const toRegistration = (
  row: Selectable<AccountTables['registrations']> | undefined,
): Registration | undefined =>
  row && {
    ...{ id: row.id, email: row.email, emailKey: row.email_key, name: row.name },
    ...{ phc: row.phc, locale: row.locale, browser: row.browser },
  }
