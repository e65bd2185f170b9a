import { createEvent, type Origin } from '../audit/event.ts'
import type { Clock } from '../shared/clock.ts'
import type { Account } from './account.ts'
import type { AccountsRepository } from './accounts-repository.ts'

/**
 * Removes an account with its credentials, links and consents. Returned as it was, so that the caller can end
 * its sessions and grants by `sub`; undefined when there was none.
 */
export const deleteUser =
  (use: { accounts: AccountsRepository; clock: Clock }) =>
  (id: string, origin: Origin): Promise<Account | undefined> =>
    use.accounts.atomically(async ({ users, record }) => {
      const account = await users.remove(id)
      if (account === undefined) return undefined
      const { sub: subject, email: name } = account
      await record(createEvent(origin, { type: 'user.deleted', subject, name }, use.clock.now()))
      return account
    })
