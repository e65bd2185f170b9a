import { type Kysely, type Selectable, sql } from 'kysely'
import type { Database } from '../schema.ts'
import type { SigningKeyRow } from './rows.ts'

type SigningKey = Selectable<SigningKeyRow>

export type NewSigningKey = Omit<SigningKeyRow, 'created_at'>

export interface SigningKeysRepository {
  active(): Promise<Omit<SigningKeyRow, 'created_at'>[]>
  /** Stores the first set, unless another node was first. */
  addFirst(keys: NewSigningKey[]): Promise<void>
  /** Every key there is or was, newest first, without its private part. */
  list(): Promise<Pick<SigningKey, 'kid' | 'alg' | 'state' | 'created_at'>[]>
  /** Private keys whose sealed form begins otherwise than the given bytes, in the order of their ids. */
  sealedOtherwise(head: Buffer, after: string, limit: number): Promise<{ row: string; sealed: Buffer }[]>
  /** The same key, sealed anew. False when it is gone or another by now. */
  reseal(kid: string, from: Buffer, to: Buffer): Promise<boolean>
}

/** Any fixed number: it names the lock under which the first set is made. */
const FIRST_SET_LOCK = 7_150_001

export function createSigningKeysRepository(db: Kysely<Database>): SigningKeysRepository {
  const columns = ['kid', 'alg', 'public_jwk', 'private_sealed', 'state'] as const
  return {
    active: () =>
      db
        .selectFrom('signing_keys')
        .select(columns)
        .where('state', '=', 'active')
        .orderBy('created_at', 'desc')
        .orderBy('kid')
        .execute(),
    addFirst: (keys) =>
      db.transaction().execute(async (tx) => {
        await sql`select pg_advisory_xact_lock(${FIRST_SET_LOCK})`.execute(tx)
        const any = await tx.selectFrom('signing_keys').select('kid').limit(1).executeTakeFirst()
        if (any === undefined) await tx.insertInto('signing_keys').values(keys).execute()
      }),
    list: () =>
      db
        .selectFrom('signing_keys')
        .select(['kid', 'alg', 'state', 'created_at'])
        .orderBy('created_at', 'desc')
        .orderBy('kid')
        .execute(),
    sealedOtherwise: (head, after, limit) =>
      db
        .selectFrom('signing_keys')
        .select(['kid as row', 'private_sealed as sealed'])
        .where(sql<boolean>`substring(private_sealed from 1 for ${head.length}) <> ${head}`)
        .where('kid', '>', after)
        .orderBy('kid')
        .limit(limit)
        .execute(),
    reseal: async (kid, from, to) => {
      const result = await db
        .updateTable('signing_keys')
        .set({ private_sealed: to })
        .where('kid', '=', kid)
        .where('private_sealed', '=', from)
        .executeTakeFirst()
      return result.numUpdatedRows > 0n
    },
  }
}
