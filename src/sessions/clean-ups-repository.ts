import type { Kysely } from 'kysely'
import type { StoredEvent } from '../../adapters/contract.ts'
import type { Database } from '../schema.ts'
import type { CleanUpRow } from './rows.ts'

/** What was revoked, and what of it is dead: what is not of `epoch` yet; without one, what is older than `at`. */
export interface CleanUp {
  id: string
  kind: CleanUpRow['kind']
  value: string
  epoch: number | undefined
  /** Epoch ms, by the database's clock. */
  at: number
  /** Kept with every part that goes: they are all of one event. */
  event: StoredEvent
}

export interface CleanUpsRepository {
  /** The oldest. */
  next(limit: number): Promise<CleanUp[]>
  done(id: string): Promise<void>
}

export const createCleanUpsRepository = (db: Kysely<Database>): CleanUpsRepository => ({
  next: async (limit) => {
    const rows = await db.selectFrom('clean_ups').selectAll().orderBy('id').limit(limit).execute()
    return rows.map(({ epoch, event_id, event, created_at, ...rest }) => ({
      ...rest,
      epoch: epoch ?? undefined,
      at: created_at.getTime(),
      event: { id: event_id, text: event },
    }))
  },
  done: async (id) => void (await db.deleteFrom('clean_ups').where('id', '=', id).execute()),
})
