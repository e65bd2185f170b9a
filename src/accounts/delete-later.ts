/**
 * A person wants their account gone. From then on nobody signs in to it, and all that it was given has ended; it is deleted
 * when the wait is over. Until then a link from its mailbox takes that back.
 */
import { createEvent, type NewEvent, type Origin } from '../audit/event.ts'
import type { NewMessage } from '../events/outbox-message.ts'
import type { Clock } from '../shared/clock.ts'
import type { Account } from './account.ts'
import type { AccountsRepository } from './accounts-repository.ts'
import { deleteUser } from './delete-user.ts'
import { isToken, type OpenLinkUse } from './open-link.ts'

export interface DeleteLaterUse {
  accounts: AccountsRepository
  clock: Clock
  /** How long it waits, ms. */
  wait: number
  /** Nodes forget what they knew of the account. */
  tell: (sub: string) => Promise<void>
}

/** False when it is disabled already, or gone. */
export const askToDelete =
  (use: DeleteLaterUse) =>
  async ({ id, sub: subject, email: name }: Account, origin: Origin): Promise<boolean> => {
    const done = await use.accounts.atomically(async ({ users, links, emailChanges, mails, record, end }) => {
      const at = use.clock.now()
      const until = at + use.wait
      const happened = (event: NewEvent) => createEvent(origin, event, at)
      if (!(await users.lock(id)) || (await users.deleteLater(id, until, at)) === undefined) return false
      await links.removeAll(id)
      await emailChanges.withdraw(id)
      await mails.withdrawMails(subject)
      const details = { delete_after: new Date(until).toISOString() }
      await record(happened({ type: 'user.deletion_asked', subject, name, details }))
      await end(subject, happened({ type: 'user.tokens_revoked', subject, name, reason: 'deletion' }))
      return true
    })
    if (done) await use.tell(subject)
    return done
  }

/** Whose deletion a link takes back. Spends nothing. */
export const findDeletion =
  (use: OpenLinkUse) =>
  async (token: string): Promise<Account | undefined> => {
    if (!isToken(token)) return undefined
    const link = await use.accounts.links.find(use.linkKeys(token), 'keep_account', use.clock.now())
    const waiting = link && (await use.accounts.users.findToDelete(link.userId))
    return waiting?.account
  }

/** What was given in the moment of the deletion must not come back with the account: it ends once more. */
export const keepAccount =
  (use: OpenLinkUse & Pick<DeleteLaterUse, 'tell'>) =>
  async (token: string, origin: Origin): Promise<boolean> => {
    const account = await findDeletion(use)(token)
    if (account === undefined) return false
    const { id, sub: subject, email: name } = account
    const done = await use.accounts.atomically(async ({ users, links, record, end }) => {
      const at = use.clock.now()
      const happened = (event: NewEvent) => createEvent({ ...origin, actor: `user:${subject}` }, event, at)
      if (!(await users.lock(id)) || !(await links.spend(use.linkKeys(token), 'keep_account', at)))
        return false
      if ((await users.keep(id, at)) === undefined) return false
      await record(happened({ type: 'user.deletion_cancelled', subject, name }))
      await end(subject, happened({ type: 'user.tokens_revoked', subject, name, reason: 'deletion' }))
      return true
    })
    if (done) await use.tell(subject)
    return done
  }

export interface DeleteDueUse extends Omit<DeleteLaterUse, 'wait'> {
  /** The last mail, which tells that the account is no more. */
  farewell: (account: Account, at: number) => NewMessage
}

/**
 * Deletes an account whose wait is over, and has its person told; false where it was kept meanwhile, or is gone. Nothing
 * else that waits for them would be of use.
 */
export const deleteDue =
  (use: DeleteDueUse) =>
  async (id: string, origin: Origin): Promise<boolean> => {
    const gone = await use.accounts.atomically(async (accounts) => {
      const at = use.clock.now()
      if (!(await accounts.users.lock(id))) return undefined
      const waiting = await accounts.users.findToDelete(id)
      if (waiting === undefined || waiting.until > at) return undefined
      const account = await deleteUser({ ...use, accounts })(id, origin)
      if (account === undefined) return undefined
      await accounts.mails.withdrawMails(account.sub)
      await accounts.mails.add(use.farewell(account, at))
      const about = { subject: account.sub, reason: 'deletion' }
      await accounts.end(account.sub, createEvent(origin, { type: 'user.tokens_revoked', ...about }, at))
      return account
    })
    if (gone !== undefined) await use.tell(gone.sub)
    return gone !== undefined
  }
