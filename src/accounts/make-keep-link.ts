import type { Clock } from '../shared/clock.ts'
import type { Account } from './account.ts'
import type { AccountsRepository } from './accounts-repository.ts'

/**
 * Makes the link that takes a deletion back, good until then; `token` is made of the mail that it stands in. Undefined when
 * the account is not to be deleted any more. `until`: epoch ms.
 */
export const makeKeepLink =
  (use: { accounts: AccountsRepository; clock: Clock; linkKey: (token: string) => Buffer }) =>
  (account: Pick<Account, 'id'>, token: string): Promise<{ token: string; until: number } | undefined> =>
    use.accounts.atomically(async ({ users, links }) => {
      const at = use.clock.now()
      const waiting = await users.findToDelete(account.id)
      if (waiting === undefined || waiting.until <= at) return undefined
      const { until } = waiting
      const link = { key: use.linkKey(token), userId: account.id, purpose: 'keep_account' } as const
      await links.add({ ...link, expiresAt: until, at })
      return { token, until }
    })
