/**
 * Ends what was signed in, and every token that came of it. PostgreSQL says so first: from then on nothing older is
 * honoured on any node, whatever the store of short-lived state forgets or brings back.
 */
import type { StateStore } from '../../adapters/contract.ts'
import type { UsersRepository } from '../accounts/users-repository.ts'
import { createEvent, type NewEvent, type Origin, toStored } from '../audit/event.ts'
import type { ClientsRepository } from '../clients/clients-repository.ts'
import type { Clock } from '../shared/clock.ts'

/** Accounts by `sub`, clients by `client_id`. */
export interface Access {
  accounts: readonly string[]
  clients: readonly string[]
}

export interface EndAccessUse {
  users: Pick<UsersRepository, 'raiseEpoch' | 'raiseEveryEpoch'>
  clients: Pick<ClientsRepository, 'raiseEpoch'>
  state: Pick<StateStore, 'grants' | 'artifacts'>
  clock: Clock
  /** Nodes forget what they knew of these. */
  tell: (changed: Access) => Promise<void>
}

export interface Ended {
  sessions: number
  grants: number
}

export const endAccess =
  (use: EndAccessUse) =>
  async (access: Access, origin: Origin): Promise<Ended> => {
    const { users, clients, state, clock } = use
    const kept = (event: NewEvent) => toStored(createEvent(origin, event, clock.now()))
    for (const sub of access.accounts) await users.raiseEpoch(sub)
    for (const clientId of access.clients) await clients.raiseEpoch(clientId)
    await use.tell(access)
    const ended = { sessions: 0, grants: 0 }
    for (const subject of access.accounts) {
      const event = kept({ type: 'user.tokens_revoked', subject })
      ended.sessions += await state.artifacts.destroyAllOf('Session', subject, event)
      ended.grants += await state.grants.revokeAll('account', subject, event)
    }
    for (const client of access.clients) {
      const event = kept({ type: 'client.tokens_revoked', client })
      ended.grants += await state.grants.revokeAll('client', client, event)
    }
    return ended
  }
