import type { Clock } from '../shared/clock.ts'
import type { Account } from './account.ts'
import type { AccountsRepository } from './accounts-repository.ts'

/**
 * Lets a disabled account sign in again. Undefined when there is none. The caller ends what sessions and grants it
 * had before: they must not come back to life with it.
 */
export const enableUser =
  (use: { accounts: Pick<AccountsRepository, 'users'>; clock: Clock }) =>
  (id: string): Promise<Account | undefined> =>
    use.accounts.users.update(id, { disabled: false }, use.clock.now())
