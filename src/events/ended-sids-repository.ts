/** Sessions whose tokens resource servers must not take any more, as long as such a token can live. */
import { type Kysely, sql } from 'kysely'
import type { Database } from '../schema.ts'

export interface EndedSid {
  sid: string
  /** Epoch ms. */
  endedAt: number
}

export interface EndedSidsRepository {
  add(sids: readonly { resource: string; sid: string }[], endedAt: number): Promise<void>
  /** Of any of these resources, since a time; each `sid` once. */
  since(resources: readonly string[], from: number): Promise<EndedSid[]>
  /** Removes what is older; how many. */
  forget(before: number): Promise<number>
}

export const createEndedSidsRepository = (db: Kysely<Database>): EndedSidsRepository => ({
  add: async (sids, endedAt) => {
    if (sids.length === 0) return
    await db
      .insertInto('ended_sids')
      .values(sids.map((named) => ({ ...named, ended_at: new Date(endedAt) })))
      .onConflict((conflict) =>
        conflict
          .columns(['resource', 'sid'])
          .doUpdateSet({ ended_at: sql`greatest(ended_sids.ended_at, excluded.ended_at)` }),
      )
      .execute()
  },
  since: async (resources, from) => {
    if (resources.length === 0) return []
    const rows = await db
      .selectFrom('ended_sids')
      .select(['sid', (row) => row.fn.max('ended_at').as('at')])
      .where('resource', 'in', resources)
      .where('ended_at', '>=', new Date(from))
      .groupBy('sid')
      .orderBy('at')
      .execute()
    return rows.map(({ sid, at }) => ({ sid, endedAt: at.getTime() }))
  },
  forget: async (before) => {
    const { numDeletedRows } = await db
      .deleteFrom('ended_sids')
      .where('ended_at', '<', new Date(before))
      .executeTakeFirst()
    return Number(numDeletedRows)
  },
})
