import type { Kysely } from 'kysely'
import type { Database } from '../schema.ts'
import type { Positions } from './next-events.ts'

/** How far streams have come, for a Redis that has forgotten it. */
export interface EventStreamsRepository {
  find(stream: string): Promise<Positions | undefined>
  save(stream: string, positions: Positions): Promise<void>
}

export const createEventStreamsRepository = (db: Kysely<Database>): EventStreamsRepository => ({
  find: async (stream) => {
    const row = await db
      .selectFrom('event_streams')
      .selectAll()
      .where('stream', '=', stream)
      .executeTakeFirst()
    return row && { main: row.main_position, refreshes: row.refreshes_position }
  },
  save: async (stream, { main, refreshes }) => {
    const positions = { main_position: main, refreshes_position: refreshes }
    await db
      .insertInto('event_streams')
      .values({ stream, ...positions })
      .onConflict((conflict) => conflict.column('stream').doUpdateSet(positions))
      .execute()
  },
})
