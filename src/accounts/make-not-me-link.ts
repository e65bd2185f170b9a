import { createEvent } from '../audit/event.ts'
import type { Clock } from '../shared/clock.ts'
import type { Account } from './account.ts'
import type { AccountsRepository } from './accounts-repository.ts'
import type { LinkEnds } from './links-repository.ts'

const LIFE_MS = 7 * 24 * 60 * 60 * 1000

/**
 * Makes the link by which a person says that a sign-in was not theirs; `token` is made of the mail that it stands in, so
 * that a mail that is sent again has the same one, and what it has opened stays opened. Undefined when the account is
 * disabled or gone.
 */
export const makeNotMeLink =
  (use: { accounts: AccountsRepository; clock: Clock; linkKey: (token: string) => Buffer }) =>
  (account: Pick<Account, 'id'>, token: string, ends: LinkEnds | undefined): Promise<string | undefined> =>
    use.accounts.atomically(async ({ users, links, record }) => {
      const found = await users.find(account.id)
      if (found?.disabled !== false) return undefined
      const at = use.clock.now()
      const times = { at, expiresAt: at + LIFE_MS }
      const key = use.linkKey(token)
      const added = await links.add({ key, userId: account.id, purpose: 'not_me', ends, ...times })
      const { sub: subject, email: name } = found
      const made = { type: 'user.link_created', subject, name, details: { purpose: 'not_me' } } as const
      if (added) await record(createEvent({ actor: 'gatehouse' }, made, at))
      return token
    })
