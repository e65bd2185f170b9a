/** What was ended, in the statement that ended it, until somebody has found whom to tell. */
import type { EndingStore } from '../contract.ts'
import { readEnding } from '../stored-ending.ts'
import type { Ask, Statement } from './statements.ts'

const BATCH = 500
/** A call ends, however fast others write. */
const BATCHES = 100

interface EndingColumns {
  id: string
  event_id: string
  event: string
  model: string
  record: string
}

export const postgresEndings = (ask: Ask): EndingStore => ({
  async drain(take) {
    let taken = 0
    for (let batch = 0; batch < BATCHES; batch++) {
      const { rows } = await ask<EndingColumns>(NEXT, [BATCH])
      if (rows.length > 0) {
        await take(rows.flatMap((row) => toEnding(row) ?? []))
        await ask(FORGET, [rows.map(({ id }) => id)])
      }
      taken += rows.length
      if (rows.length < BATCH) break
    }
    return taken
  },
})

const toEnding = ({ event_id, event, model, record }: EndingColumns) =>
  readEnding({ event: { id: event_id, text: event }, model, record })

const NEXT: Statement = {
  name: 'state_next_endings',
  text: 'select id::text, event_id, event, model, record from state_endings order by id limit $1',
}

const FORGET: Statement = {
  name: 'state_forget_endings',
  text: 'delete from state_endings where id = any ($1::bigint[])',
}
