import { createEvent } from '../audit/event.ts'
import type { Clock } from '../shared/clock.ts'
import type { Account } from './account.ts'
import type { AccountsRepository } from './accounts-repository.ts'
import type { LinkKeys } from './links-repository.ts'

export const RESET_LINK_LIFE = 30 * 60 * 1000

export interface MakeResetLinkUse {
  accounts: AccountsRepository
  clock: Clock
  linkKey: (token: string) => Buffer
  linkKeys: (token: string) => LinkKeys
}

/**
 * Makes the link by which a person who asked for it at `askedAt` (epoch ms) sets a new password, in the place of those
 * that were asked for earlier; `token` is made of the mail that it stands in, which may be drawn several times. Undefined
 * when it is no use any more: too late, another was asked for since, the password was set since, the account is disabled
 * or gone.
 */
export const makeResetLink =
  (use: MakeResetLinkUse) =>
  (account: Pick<Account, 'id'>, token: string, askedAt: number): Promise<string | undefined> =>
    use.accounts.atomically(async ({ users, credentials, links, record }) => {
      const at = use.clock.now()
      const expiresAt = askedAt + RESET_LINK_LIFE
      const found = (await users.lock(account.id)) ? await users.find(account.id) : undefined
      if (found?.disabled !== false || expiresAt <= at) return undefined
      if (await links.exists(use.linkKeys(token))) return token
      const before = await links.latestAt(account.id, 'reset_password')
      const setAt = await credentials.passwordSetAt(account.id)
      if (askedAt < Math.max(before ?? 0, setAt ?? 0)) return undefined
      await links.removeAll(account.id, 'reset_password')
      const link = { key: use.linkKey(token), userId: account.id, purpose: 'reset_password' } as const
      await links.add({ ...link, expiresAt, at: askedAt })
      const { sub: subject, email: name } = found
      const made = {
        type: 'user.link_created',
        subject,
        name,
        details: { purpose: 'reset_password' },
      } as const
      await record(createEvent({ actor: 'gatehouse' }, made, at))
      return token
    })
