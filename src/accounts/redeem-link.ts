import { createEvent, type Origin } from '../audit/event.ts'
import type { PasswordHasher } from '../security/password-hash.ts'
import type { Account } from './account.ts'
import { type OpenLinkUse, openLink } from './open-link.ts'
import type { PasswordRefusal, RefusePassword } from './password-policy.ts'

export type RedeemLinkOutcome =
  | { ok: true; account: Account }
  | { ok: false; reason: PasswordRefusal | 'link_expired' }

/** Sets the password and ends the link in one step, for exactly one of any number of tries at once. */
export const redeemLink =
  (use: OpenLinkUse & { hasher: Pick<PasswordHasher, 'hash'>; refusePassword: RefusePassword }) =>
  async (token: string, password: string, origin: Origin): Promise<RedeemLinkOutcome> => {
    const account = await openLink(use)(token)
    if (account === undefined) return { ok: false, reason: 'link_expired' }
    const reason = await use.refusePassword(password, account)
    if (reason !== undefined) return { ok: false, reason }
    const phc = await use.hasher.hash(password)
    return use.accounts.atomically(async ({ users, credentials, links, record }) => {
      const at = use.clock.now()
      const mine =
        (await users.lock(account.id)) && (await links.spend(use.linkKeys(token), 'set_password', at))
      if (!mine) return { ok: false, reason: 'link_expired' }
      await credentials.setPassword(account.id, phc, at)
      await links.removeAll(account.id, 'reset_password')
      const { sub: subject, email: name } = account
      const set = { type: 'password.set', actor: `user:${subject}`, subject, name } as const
      await record(createEvent(origin, { ...set, details: { by: 'link' } }, at))
      return { ok: true, account }
    })
  }
