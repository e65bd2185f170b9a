import { type Kysely, type Selectable, sql } from 'kysely'
import type { JsonObject } from '../../adapters/contract.ts'
import type { Database } from '../schema.ts'
import { newRowId } from '../shared/ids.ts'
import type { Credential } from './person.ts'
import type { CredentialRow } from './rows.ts'

interface NewCredential {
  id: string
  method: string
  data: JsonObject
  label?: string | undefined
}

export interface CredentialsRepository {
  /** Oldest first. */
  of(userId: string): Promise<Credential[]>
  /** False where there is one already that there can be but once: a passkey's id, a set of recovery codes. */
  add(userId: string, credential: NewCredential, at: number): Promise<boolean>
  /**
   * Writes what a use of it has changed, for exactly one of any number of uses at once: false where its data are not
   * those any more. `at`: when it was used.
   */
  use(id: string, from: JsonObject, to: JsonObject, at: number): Promise<boolean>
  /** Adds to its data what its person has said of it. False where the person has none of this id. */
  note(userId: string, id: string, said: JsonObject): Promise<boolean>
  /** False where the person has none of this id and method. */
  rename(userId: string, method: string, id: string, label: string | undefined): Promise<boolean>
  /** What was removed; undefined where the person had none of this id and method. */
  remove(userId: string, method: string, id: string): Promise<Credential | undefined>
  /** How many there were. */
  removeAll(userId: string, methods: readonly string[]): Promise<number>
  /** Adds or replaces the account's one password. Its person is asked for a second factor on every device again. */
  setPassword(userId: string, phc: string, at: number): Promise<void>
  /** How the password is stored; undefined where there is none. */
  password(userId: string): Promise<string | undefined>
  /** When the password was last set, epoch ms; undefined where there is none. */
  passwordSetAt(userId: string): Promise<number | undefined>
  /** All but the password. */
  removeOthers(userId: string): Promise<void>
  /** With the same. False where there was none. */
  removePassword(userId: string): Promise<boolean>
  /** Replaces a hash by another of the same password, unless the password was changed meanwhile. */
  renewPassword(userId: string, from: string, to: string): Promise<boolean>
  /** Of credentials that keep something sealed (`data.sealed`, base64): those that begin otherwise. */
  sealedOtherwise(head: Buffer, after: string, limit: number): Promise<{ row: string; sealed: Buffer }[]>
  reseal(id: string, from: Buffer, to: Buffer): Promise<boolean>
}

export function createCredentialsRepository(db: Kysely<Database>): CredentialsRepository {
  /** Whoever had the password before may have had a device remembered. */
  const distrustDevices = (userId: string) =>
    db
      .updateTable('devices')
      .set({ trusted_at: null, trusted_until: null })
      .where('user_id', '=', userId)
      .where('trusted_until', 'is not', null)
      .execute()
  return {
    of: async (userId) => {
      const rows = await db
        .selectFrom('credentials')
        .selectAll()
        .where('user_id', '=', userId)
        .orderBy('id')
        .execute()
      return rows.map(toCredential)
    },
    add: async (userId, { id, method, data, label }, at) => {
      const { numInsertedOrUpdatedRows } = await db
        .insertInto('credentials')
        .values({
          ...{ id, user_id: userId, method, data: JSON.stringify(data), label: label ?? null },
          ...{ created_at: new Date(at), updated_at: new Date(at) },
        })
        .onConflict((c) => c.doNothing())
        .executeTakeFirst()
      return numInsertedOrUpdatedRows === 1n
    },
    use: async (id, from, to, at) => {
      const { numUpdatedRows } = await db
        .updateTable('credentials')
        .set({ data: JSON.stringify(to), last_used_at: new Date(at) })
        .where('id', '=', id)
        .where('data', '=', sql<JsonObject>`${JSON.stringify(from)}::jsonb`)
        .executeTakeFirst()
      return numUpdatedRows > 0n
    },
    note: async (userId, id, said) => {
      const { numUpdatedRows } = await db
        .updateTable('credentials')
        .set({ data: sql`data || ${JSON.stringify(said)}::jsonb` })
        .where('id', '=', id)
        .where('user_id', '=', userId)
        .executeTakeFirst()
      return numUpdatedRows > 0n
    },
    rename: async (userId, method, id, label) => {
      const { numUpdatedRows } = await db
        .updateTable('credentials')
        .set({ label: label ?? null })
        .where('id', '=', id)
        .where('user_id', '=', userId)
        .where('method', '=', method)
        .executeTakeFirst()
      return numUpdatedRows > 0n
    },
    remove: async (userId, method, id) => {
      const row = await db
        .deleteFrom('credentials')
        .where('id', '=', id)
        .where('user_id', '=', userId)
        .where('method', '=', method)
        .returningAll()
        .executeTakeFirst()
      return row && toCredential(row)
    },
    removeAll: async (userId, methods) => {
      if (methods.length === 0) return 0
      const { numDeletedRows } = await db
        .deleteFrom('credentials')
        .where('user_id', '=', userId)
        .where('method', 'in', methods)
        .executeTakeFirst()
      return Number(numDeletedRows)
    },
    setPassword: async (userId, phc, at) => {
      const changed = { data: JSON.stringify({ phc }), updated_at: new Date(at) }
      await db
        .insertInto('credentials')
        .values({ id: newRowId(), user_id: userId, method: 'password', created_at: new Date(at), ...changed })
        .onConflict((c) => c.column('user_id').where('method', '=', 'password').doUpdateSet(changed))
        .execute()
      await distrustDevices(userId)
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
      await distrustDevices(userId)
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
    sealedOtherwise: async (head, after, limit) => {
      const rows = await db
        .selectFrom('credentials')
        .select(['id as row', sql<string>`data->>'sealed'`.as('sealed')])
        .where(
          sql<boolean>`substring(decode(data->>'sealed', 'base64') from 1 for ${head.length}) <> ${head}`,
        )
        .where('id', '>', after === '' ? NIL : after)
        .orderBy('id')
        .limit(limit)
        .execute()
      return rows.map(({ row, sealed }) => ({ row, sealed: Buffer.from(sealed, 'base64') }))
    },
    reseal: async (id, from, to) => {
      const { numUpdatedRows } = await db
        .updateTable('credentials')
        .set({ data: sql`jsonb_set(data, '{sealed}', to_jsonb(${to.toString('base64')}::text))` })
        .where('id', '=', id)
        .where(sql`data->>'sealed'`, '=', from.toString('base64'))
        .executeTakeFirst()
      return numUpdatedRows > 0n
    },
  }
}

const NIL = '00000000-0000-0000-0000-000000000000'

export const toCredential = (row: Selectable<CredentialRow>): Credential => ({
  id: row.id,
  method: row.method,
  data: row.data,
  label: row.label ?? undefined,
  createdAt: row.created_at.getTime(),
  lastUsedAt: row.last_used_at?.getTime(),
})
