import { type Kysely, sql } from 'kysely'
import type { Database } from '../schema.ts'
import type { SigningKeyRow } from './rows.ts'

export type NewSigningKey = Omit<SigningKeyRow, 'created_at'>

export interface SigningKeysRepository {
  active(): Promise<Omit<SigningKeyRow, 'created_at'>[]>
  /** Stores the first set, unless another node was first. */
  addFirst(keys: NewSigningKey[]): Promise<void>
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
  }
}
