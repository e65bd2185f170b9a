import { createEvent, type Origin } from '../audit/event.ts'
import type { Clock } from '../shared/clock.ts'
import type { Account } from './account.ts'
import type { AccountsRepository } from './accounts-repository.ts'

/**
 * Lets a disabled account sign in again. Undefined when there is none. The caller ends what sessions and grants it
 * had before: they must not come back to life with it.
 */
export const enableUser =
  (use: { accounts: AccountsRepository; clock: Clock }) =>
  (id: string, origin: Origin): Promise<Account | undefined> =>
    use.accounts.atomically(async ({ users, record }) => {
      const at = use.clock.now()
      const account = await users.update(id, { disabled: false }, at)
      if (account === undefined) return undefined
      const { sub: subject, email: name } = account
      await record(createEvent(origin, { type: 'user.enabled', subject, name }, at))
      return account
    })
