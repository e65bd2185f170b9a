import type { Account } from './account.ts'
import type { AccountsRepository } from './accounts-repository.ts'

/**
 * Removes an account with its credentials, links and consents. Returned as it was, so that the caller can end
 * its sessions and grants by `sub`; undefined when there was none.
 */
export const deleteUser =
  (use: { accounts: Pick<AccountsRepository, 'users'> }) =>
  (id: string): Promise<Account | undefined> =>
    use.accounts.users.remove(id)
