/**
 * A new password by a link from the mailbox. Whoever had the old one may be in: all that they were given ends in the same
 * step, with what would let them back (devices that are remembered, links, a change of address, mails that wait). It proves the mailbox and no
 * more: second factors stay, and nobody is signed in. Where the address had never been proven, somebody else may have
 * prepared the account for its owner, so what else it could be signed in to with goes too.
 */
import { createEvent, type NewEvent, type Origin } from '../audit/event.ts'
import type { PasswordHasher } from '../security/password-hash.ts'
import type { Account } from './account.ts'
import type { AccountsRepository } from './accounts-repository.ts'
import { type OpenLinkUse, openLink } from './open-link.ts'
import type { RefusePassword } from './password-policy.ts'
import type { RedeemLinkOutcome } from './redeem-link.ts'

export interface ResetPasswordUse extends OpenLinkUse {
  hasher: Pick<PasswordHasher, 'hash'>
  refusePassword: RefusePassword
  /** Nodes forget what they knew of the account. */
  tell: (sub: string) => Promise<void>
}

/** For exactly one of any number of tries at once. */
export const resetPassword =
  (use: ResetPasswordUse) =>
  async (token: string, password: string, origin: Origin): Promise<RedeemLinkOutcome> => {
    const account = await openLink(use, 'reset_password')(token)
    if (account === undefined) return { ok: false, reason: 'link_expired' }
    const reason = await use.refusePassword(password, account)
    if (reason !== undefined) return { ok: false, reason }
    const phc = await use.hasher.hash(password)
    const done = await use.accounts.atomically(async (accounts) => {
      const at = use.clock.now()
      const keys = use.linkKeys(token)
      const mine =
        (await accounts.users.lock(account.id)) && (await accounts.links.spend(keys, 'reset_password', at))
      if (!mine) return false
      await replacePassword(accounts, account, { phc, at, origin })
      return true
    })
    if (!done) return { ok: false, reason: 'link_expired' }
    await use.tell(account.sub)
    return { ok: true, account }
  }

async function replacePassword(
  accounts: AccountsRepository,
  { id, sub, email, emailVerified }: Account,
  { phc, at, origin }: { phc: string; at: number; origin: Origin },
): Promise<void> {
  const { users, credentials, signIns, links, emailChanges, mails, record, end } = accounts
  const about = { actor: `user:${sub}`, subject: sub, name: email }
  const happened = (event: NewEvent) => createEvent(origin, event, at)
  await credentials.setPassword(id, phc, at)
  await record(happened({ type: 'password.set', ...about, details: { by: 'reset' } }))
  if (!emailVerified) {
    await credentials.removeOthers(id)
    await users.update(id, { emailVerified: true }, at)
    await record(happened({ type: 'user.updated', ...about, details: { fields: ['email_verified'] } }))
  }
  await links.removeAllBut(id, 'undo_email')
  await emailChanges.withdraw(id)
  await mails.withdrawMails(sub)
  await signIns.forgetDevices(id)
  await end(sub, happened({ type: 'user.tokens_revoked', ...about, reason: 'password_reset' }))
}
