/** Events go where all events go, in the statement of their change: nobody has to take them there. */
import type { EventStore } from '../contract.ts'
import { type Ask, type Statement, told } from './statements.ts'

export const postgresEvents = (ask: Ask): EventStore => ({
  async keep(event) {
    await ask(KEEP, told(event))
  },

  drain: async () => 0,
})

const KEEP: Statement = { name: 'state_keep_event', text: 'select event_record($1, $2)' }
