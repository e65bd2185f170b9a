import type { Clock } from '../shared/clock.ts'
import type { Account } from './account.ts'
import type { AccountsRepository } from './accounts-repository.ts'

/**
 * Bars an account from signing in, and ends its links, so that none comes back to life with it. Undefined when
 * there was nothing to do. The caller ends its sessions and grants and makes caches forget it.
 */
export const disableUser =
  (use: { accounts: AccountsRepository; clock: Clock }) =>
  (id: string): Promise<Account | undefined> =>
    use.accounts.atomically(async ({ users, links }) => {
      const account = await users.disable(id, use.clock.now())
      if (account !== undefined) await links.removeAll(id, 'set_password')
      return account
    })
