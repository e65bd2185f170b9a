import { createEvent } from '../audit/event.ts'
import type { Clock } from '../shared/clock.ts'
import type { Account } from './account.ts'
import type { AccountsRepository } from './accounts-repository.ts'
import { VERIFY_LINK_LIFE } from './ask-to-verify.ts'
import { normaliseEmail } from './email.ts'
import type { LinkKeys } from './links-repository.ts'

export interface MakeVerifyLinkUse {
  accounts: AccountsRepository
  clock: Clock
  linkKey: (token: string) => Buffer
  linkKeys: (token: string) => LinkKeys
}

/**
 * Makes the link that proves the address which the account has now, where the mail goes; `token` is made of that mail.
 * Undefined when there is nothing to prove any more, it is too late, or another was asked for since (`askedAt`, epoch ms).
 */
export const makeVerifyLink =
  (use: MakeVerifyLinkUse) =>
  (account: Pick<Account, 'id'>, token: string, askedAt: number): Promise<string | undefined> =>
    use.accounts.atomically(async ({ users, links, record }) => {
      const at = use.clock.now()
      const expiresAt = askedAt + VERIFY_LINK_LIFE
      const found = (await users.lock(account.id)) ? await users.find(account.id) : undefined
      if (found?.disabled !== false || found.emailVerified || expiresAt <= at) return undefined
      if (await links.exists(use.linkKeys(token))) return token
      if (askedAt < ((await links.latestAt(account.id, 'verify_email')) ?? 0)) return undefined
      await links.removeAll(account.id, 'verify_email')
      const emailKey = normaliseEmail(found.email)?.key
      const link = { key: use.linkKey(token), userId: account.id, purpose: 'verify_email' } as const
      await links.add({ ...link, emailKey, expiresAt, at: askedAt })
      const { sub: subject, email: name } = found
      const made = { type: 'user.link_created', subject, name, details: { purpose: 'verify_email' } } as const
      await record(createEvent({ actor: 'gatehouse' }, made, at))
      return token
    })
