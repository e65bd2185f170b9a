/**
 * Short-lived state in PostgreSQL 14+, or in embedded storage, which speaks the same wire and has one backend: hence
 * no transaction spans two calls, and nothing here relies on advisory locks or LISTEN. Expects the default isolation
 * level, read committed: a step that waited for a row's lock decides by what is there afterwards.
 */
import type { Pool } from 'pg'
import { StoreAway } from '../src/shared/app-error.ts'
import type { StateStore } from './contract.ts'
import { postgresArtifacts } from './postgres/artifacts.ts'
import { postgresEndings } from './postgres/endings.ts'
import { postgresEvents } from './postgres/events.ts'
import { postgresGrants } from './postgres/grants.ts'
import { type Ask, askOf } from './postgres/statements.ts'
import { sweep } from './postgres/sweep.ts'
import { within } from './store-away.ts'

/** The pool stays its opener's: closing the store leaves it open. */
export function createPostgresState(pool: Pick<Pool, 'query'>): StateStore {
  const ask = askOf(pool)
  return {
    run: async () => 0,
    lastKnownRun: () => 0,
    grants: postgresGrants(ask),
    artifacts: postgresArtifacts(ask),
    events: postgresEvents(ask),
    endings: postgresEndings(ask),
    ping: () => ping(ask),
    sweep: () => sweep(ask),
    close: async () => {},
  }
}

const ping = async (ask: Ask): Promise<void> => {
  await within(900, ask({ name: 'state_ping', text: 'select 1' }), () => new StoreAway('postgresql'))
}
