import { type Kysely, sql } from 'kysely'
import type { Database } from '../schema.ts'
import { newRowId } from '../shared/ids.ts'

export interface CredentialsRepository {
  /** Adds or replaces the account's one password. */
  setPassword(userId: string, phc: string, at: number): Promise<void>
  /** How the password is stored; undefined where there is none. */
  password(userId: string): Promise<string | undefined>
  /** When the password was last set, epoch ms; undefined where there is none. */
  passwordSetAt(userId: string): Promise<number | undefined>
  /** All but the password. */
  removeOthers(userId: string): Promise<void>
  /** False where there was none. */
  removePassword(userId: string): Promise<boolean>
  /** Replaces a hash by another of the same password, unless the password was changed meanwhile. */
  renewPassword(userId: string, from: string, to: string): Promise<boolean>
}

export function createCredentialsRepository(db: Kysely<Database>): CredentialsRepository {
  return {
    setPassword: async (userId, phc, at) => {
      const changed = { data: JSON.stringify({ phc }), updated_at: new Date(at) }
      await db
        .insertInto('credentials')
        .values({ id: newRowId(), user_id: userId, method: 'password', created_at: new Date(at), ...changed })
        .onConflict((c) => c.column('user_id').where('method', '=', 'password').doUpdateSet(changed))
        .execute()
    },
    password: async (userId) => {
      const row = await db
        .selectFrom('credentials')
        .select('data')
        .where('user_id', '=', userId)
        .where('method', '=', 'password')
        .executeTakeFirst()
      const phc = row?.data['phc']
      return typeof phc === 'string' ? phc : undefined
    },
    passwordSetAt: async (userId) => {
      const row = await db
        .selectFrom('credentials')
        .select('updated_at')
        .where('user_id', '=', userId)
        .where('method', '=', 'password')
        .executeTakeFirst()
      return row?.updated_at.getTime()
    },
    removeOthers: async (userId) => {
      await db
        .deleteFrom('credentials')
        .where('user_id', '=', userId)
        .where('method', '<>', 'password')
        .execute()
    },
    removePassword: async (userId) => {
      const { numDeletedRows } = await db
        .deleteFrom('credentials')
        .where('user_id', '=', userId)
        .where('method', '=', 'password')
        .executeTakeFirst()
      return numDeletedRows > 0n
    },
    renewPassword: async (userId, from, to) => {
      const result = await db
        .updateTable('credentials')
        .set({ data: JSON.stringify({ phc: to }) })
        .where('user_id', '=', userId)
        .where('method', '=', 'password')
        .where(sql`data->>'phc'`, '=', from)
        .executeTakeFirst()
      return result.numUpdatedRows > 0n
    },
  }
}
