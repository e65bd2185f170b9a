import type { StateStore } from '../../adapters/contract.ts'
import { createEvent, type NewEvent, type Origin, toStored } from '../audit/event.ts'
import type { Clock } from '../shared/clock.ts'

/** Accounts by `sub`, clients by `client_id`. */
export interface Access {
  accounts: readonly string[]
  clients: readonly string[]
}

/**
 * Ends what was signed in, and every token that came of it. A running server also looks at accounts and clients on
 * every use, so this is for the time after: what was ended must not come back when they are enabled again.
 */
export async function endAccess(
  { grants, artifacts }: Pick<StateStore, 'grants' | 'artifacts'>,
  { accounts, clients }: Access,
  { clock, origin }: { clock: Clock; origin: Origin },
): Promise<{ sessions: number; grants: number }> {
  const ended = { sessions: 0, grants: 0 }
  const tell = (event: NewEvent) => toStored(createEvent(origin, event, clock.now()))
  for (const subject of accounts) {
    const event = tell({ type: 'user.tokens_revoked', subject })
    ended.sessions += await artifacts.destroyAllOf('Session', subject, event)
    ended.grants += await grants.revokeAll('account', subject, event)
  }
  for (const client of clients) {
    ended.grants += await grants.revokeAll('client', client, tell({ type: 'client.tokens_revoked', client }))
  }
  return ended
}
