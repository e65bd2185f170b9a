/**
 * The old address takes a change back. Whoever made it was in the account: all that was given ends, the password goes, and
 * the person at the old address sets another one.
 */
import { createEvent, type NewEvent, type Origin } from '../audit/event.ts'
import { newSecret } from '../shared/ids.ts'
import type { AccountsRepository } from './accounts-repository.ts'
import type { EmailChange } from './email-changes-repository.ts'
import { addSetPasswordLink } from './make-link.ts'
import { isToken, type OpenLinkUse } from './open-link.ts'
import { isTaken } from './users-repository.ts'

export interface UndoEmailChangeUse extends OpenLinkUse {
  linkKey: (token: string) => Buffer
  /** Nodes forget what they knew of the account. */
  tell: (sub: string) => Promise<void>
}

/** What a link would take back. Spends nothing. */
export const findUndo =
  (use: OpenLinkUse) =>
  async (token: string): Promise<EmailChange | undefined> => {
    if (!isToken(token)) return undefined
    const now = use.clock.now()
    const link = await use.accounts.links.find(use.linkKeys(token), 'undo_email', now)
    return link?.change === undefined ? undefined : use.accounts.emailChanges.made(link.change, now)
  }

/** The token of a link that sets a password; undefined where this one is good no more, or the address was taken since. */
export const undoEmailChange =
  (use: UndoEmailChangeUse) =>
  async (token: string, origin: Origin): Promise<string | undefined> => {
    const change = await findUndo(use)(token)
    if (change === undefined) return undefined
    try {
      const done = await use.accounts.atomically(async (accounts) => {
        const at = use.clock.now()
        if (!(await accounts.users.lock(change.userId))) return undefined
        if ((await accounts.links.spend(use.linkKeys(token), 'undo_email', at)) === undefined)
          return undefined
        return putBack(use, accounts, change, { at, origin })
      })
      if (done !== undefined) await use.tell(done.sub)
      return done?.token
    } catch (error) {
      if (isTaken(error)) return undefined
      throw error
    }
  }

async function putBack(
  use: UndoEmailChangeUse,
  accounts: AccountsRepository,
  change: EmailChange,
  { at, origin }: { at: number; origin: Origin },
): Promise<{ sub: string; token: string } | undefined> {
  const { users, credentials, links, emailChanges, mails, signIns, record, end } = accounts
  const { id, userId, fromEmail: email, fromKey: key, fromVerified: verified } = change
  const account = await users.changeEmail(userId, { email, key, verified }, at)
  if (account?.disabled !== false) return undefined
  const { sub } = account
  const happened = (event: NewEvent) => createEvent({ ...origin, actor: `user:${sub}` }, event, at)
  const about = { subject: sub, name: email }
  if (await credentials.removePassword(userId)) await record(happened({ type: 'password.removed', ...about }))
  await record(happened({ type: 'email.change_reverted', ...about, details: { change: id } }))
  await links.removeAll(userId)
  await emailChanges.removeFrom(change)
  await mails.withdrawMails(sub)
  await signIns.forgetDevices(userId)
  await end(sub, happened({ type: 'user.tokens_revoked', ...about, reason: 'email_change_undone' }))
  const token = newSecret()
  await addSetPasswordLink(links, { userId, key: use.linkKey(token), at })
  const details = { purpose: 'set_password' }
  await record(happened({ type: 'user.link_created', ...about, details }))
  return { sub, token }
}
