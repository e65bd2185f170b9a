import { type Kysely, sql } from 'kysely'
import type { Database } from '../schema.ts'

/** The one lease there is: of all background work. */
const NAME = 'jobs'

export interface LeasesRepository {
  /** The fencing number, if nobody else holds the lease. */
  acquire(holder: string, forMs: number): Promise<number | undefined>
  /** False when it has run out, or has another number. */
  renew(fence: number, forMs: number): Promise<boolean>
  isHeld(fence: number): Promise<boolean>
  /** Lets another node lead at once. */
  release(fence: number): Promise<void>
  /** The last holder, and for how long the lease is (negative: was) good, in ms. */
  holder(): Promise<{ holder: string; leftMs: number } | undefined>
}

/** All times are the database's: the nodes' clocks need not agree. */
export function createLeasesRepository(db: Kysely<Database>): LeasesRepository {
  const now = sql<Date>`clock_timestamp()`
  const after = (ms: number) => sql<Date>`clock_timestamp() + ${ms} * interval '1 millisecond'`
  const good = (fence: number) =>
    db
      .updateTable('worker_leases')
      .where('name', '=', NAME)
      .where('fence', '=', fence)
      .where('expires_at', '>', now)
  return {
    acquire: async (holder, forMs) => {
      const row = await db
        .insertInto('worker_leases')
        .values({ name: NAME, holder, fence: 1, expires_at: after(forMs) })
        .onConflict((conflict) =>
          conflict
            .column('name')
            .doUpdateSet({
              holder,
              fence: sql<number>`worker_leases.fence + 1`,
              expires_at: after(forMs),
              since: now,
            })
            .where('worker_leases.expires_at', '<=', now),
        )
        .returning('fence')
        .executeTakeFirst()
      return row?.fence
    },
    renew: async (fence, forMs) => {
      const { numUpdatedRows } = await good(fence)
        .set({ expires_at: after(forMs) })
        .executeTakeFirst()
      return numUpdatedRows > 0n
    },
    isHeld: async (fence) => {
      const row = await db
        .selectFrom('worker_leases')
        .select('fence')
        .where('name', '=', NAME)
        .where('fence', '=', fence)
        .where('expires_at', '>', now)
        .executeTakeFirst()
      return row !== undefined
    },
    release: async (fence) => {
      await good(fence).set({ expires_at: now }).execute()
    },
    holder: () =>
      db
        .selectFrom('worker_leases')
        .select('holder')
        .select(sql<number>`extract(epoch from expires_at - clock_timestamp())::float8 * 1000`.as('leftMs'))
        .where('name', '=', NAME)
        .executeTakeFirst(),
  }
}
