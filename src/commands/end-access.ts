import type { StateStore } from '../../adapters/contract.ts'

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
): Promise<{ sessions: number; grants: number }> {
  const ended = { sessions: 0, grants: 0 }
  for (const sub of accounts) {
    ended.sessions += await artifacts.destroyAllOf('Session', sub)
    ended.grants += await grants.revokeAll('account', sub)
  }
  for (const clientId of clients) ended.grants += await grants.revokeAll('client', clientId)
  return ended
}
