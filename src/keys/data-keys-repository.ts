import type { Kysely } from 'kysely'
import type { Database } from '../schema.ts'
import type { DataKeyPurpose, DataKeyWrapRow } from './rows.ts'

export interface DataKeysRepository {
  wraps(): Promise<DataKeyWrapRow[]>
  /** Adds number 1 of a purpose with its wraps, unless another node was first. */
  addFirst(purpose: DataKeyPurpose, wraps: { masterId: string; wrapped: Buffer }[]): Promise<void>
  addWrap(wrap: DataKeyWrapRow): Promise<void>
}

export function createDataKeysRepository(db: Kysely<Database>): DataKeysRepository {
  return {
    wraps: () => db.selectFrom('data_key_wraps').selectAll().execute(),
    addFirst: (purpose, wraps) =>
      db.transaction().execute(async (tx) => {
        const made = await tx
          .insertInto('data_keys')
          .values({ purpose, number: 1 })
          .onConflict((c) => c.doNothing())
          .returning('number')
          .executeTakeFirst()
        if (made === undefined) return
        const rows = wraps.map((w) => ({ purpose, number: 1, master_id: w.masterId, wrapped: w.wrapped }))
        await tx.insertInto('data_key_wraps').values(rows).execute()
      }),
    addWrap: async (wrap) => {
      await db
        .insertInto('data_key_wraps')
        .values(wrap)
        .onConflict((c) => c.doNothing())
        .execute()
    },
  }
}
