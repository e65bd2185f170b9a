import { createEvent, type Origin } from '../audit/event.ts'
import type { Clock } from '../shared/clock.ts'
import type { Account } from './account.ts'
import type { AccountsRepository } from './accounts-repository.ts'

/**
 * Bars an account from signing in, and ends its links, so that none comes back to life with it. Undefined when
 * there was nothing to do. The caller ends its sessions and grants and makes caches forget it.
 */
export const disableUser =
  (use: { accounts: AccountsRepository; clock: Clock }) =>
  (id: string, origin: Origin): Promise<Account | undefined> =>
    use.accounts.atomically(async ({ users, links, record }) => {
      const at = use.clock.now()
      const account = await users.disable(id, at)
      if (account === undefined) return undefined
      await links.removeAll(id)
      const { sub: subject, email: name } = account
      await record(createEvent(origin, { type: 'user.disabled', subject, name }, at))
      return account
    })
