/**
 * Ends what was signed in, and every token that came of it. PostgreSQL says so first: from then on nothing older is
 * honoured on any node, whatever the store of short-lived state forgets or brings back.
 */
import type { StateStore } from '../../adapters/contract.ts'
import type { UsersRepository } from '../accounts/users-repository.ts'
import type { ClientsRepository } from '../clients/clients-repository.ts'

/** Accounts by `sub`, clients by `client_id`. */
export interface Access {
  accounts: readonly string[]
  clients: readonly string[]
}

export interface EndAccessUse {
  users: Pick<UsersRepository, 'raiseEpoch' | 'raiseEveryEpoch'>
  clients: Pick<ClientsRepository, 'raiseEpoch'>
  state: Pick<StateStore, 'grants' | 'artifacts'>
  /** Nodes forget what they knew of these. */
  tell: (changed: Access) => Promise<void>
}

export interface Ended {
  sessions: number
  grants: number
}

export const endAccess =
  (use: EndAccessUse) =>
  async (access: Access): Promise<Ended> => {
    const { users, clients, state } = use
    for (const sub of access.accounts) await users.raiseEpoch(sub)
    for (const clientId of access.clients) await clients.raiseEpoch(clientId)
    await use.tell(access)
    const ended = { sessions: 0, grants: 0 }
    for (const sub of access.accounts) {
      ended.sessions += await state.artifacts.destroyAllOf('Session', sub)
      ended.grants += await state.grants.revokeAll('account', sub)
    }
    for (const clientId of access.clients) ended.grants += await state.grants.revokeAll('client', clientId)
    return ended
  }
