import { createEvent, type Origin } from '../audit/event.ts'
import type { Account } from './account.ts'
import { normaliseEmail } from './email.ts'
import type { FoundLink } from './links-repository.ts'
import { isToken, type OpenLinkUse } from './open-link.ts'

export interface VerifyEmailUse extends OpenLinkUse {
  /** Nodes forget what they knew of the account. */
  tell: (sub: string) => Promise<void>
}

/**
 * Whether a link proves an account's address to whom it is signed in. Somebody else's mailbox proves nothing: an account
 * that a stranger made for this address must not become theirs by a click of its owner.
 */
export const provesEmail =
  (use: OpenLinkUse) =>
  async (token: string, account: Account): Promise<boolean> => {
    if (!isToken(token)) return false
    const link = await use.accounts.links.find(use.linkKeys(token), 'verify_email', use.clock.now())
    return link !== undefined && fits(link, account)
  }

/** The link is of this account, and of the address that it had when the link was sent. */
const fits = (link: FoundLink, { id, email }: Account): boolean =>
  link.userId === id && link.emailKey !== undefined && link.emailKey === normaliseEmail(email)?.key

/** For exactly one of any number of tries. */
export const verifyEmail =
  (use: VerifyEmailUse) =>
  async (token: string, { id, sub }: Account, origin: Origin): Promise<boolean> => {
    if (!isToken(token)) return false
    const done = await use.accounts.atomically(async ({ users, links, record }) => {
      const at = use.clock.now()
      const keys = use.linkKeys(token)
      const account = (await users.lock(id)) ? await users.find(id) : undefined
      const link = await links.find(keys, 'verify_email', at)
      if (account?.disabled !== false || link === undefined || !fits(link, account)) return false
      if ((await links.spend(keys, 'verify_email', at)) === undefined) return false
      await users.update(id, { emailVerified: true }, at)
      const { email: name } = account
      await record(createEvent(origin, { type: 'email.verified', subject: sub, name }, at))
      return true
    })
    if (done) await use.tell(sub)
    return done
  }
