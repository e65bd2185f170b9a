import { createEvent, type Origin } from '../audit/event.ts'
import type { Account } from './account.ts'
import type { AccountsRepository } from './accounts-repository.ts'
import type { ChangeSide, EmailChange } from './email-changes-repository.ts'
import { PURPOSES } from './make-change-link.ts'
import { isToken, type OpenLinkUse } from './open-link.ts'
import { isTaken } from './users-repository.ts'

export interface ConfirmEmailChangeUse extends OpenLinkUse {
  /** Nodes forget what they knew of the account. */
  tell: (sub: string) => Promise<void>
}

export interface FoundChange {
  account: Account
  change: EmailChange
}

/** How long the old address can put a change back. */
const UNDO_MS = 7 * 24 * 60 * 60 * 1000

/** What a link in the mail to one side says yes to. Spends nothing. */
export const findEmailChange =
  (use: OpenLinkUse, side: ChangeSide) =>
  (token: string): Promise<FoundChange | undefined> =>
    findIn(use, use.accounts, { side, token })

async function findIn(
  { linkKeys, clock }: OpenLinkUse,
  { links, users, emailChanges }: AccountsRepository,
  { side, token }: { side: ChangeSide; token: string },
): Promise<FoundChange | undefined> {
  if (!isToken(token)) return undefined
  const now = clock.now()
  const link = await links.find(linkKeys(token), PURPOSES[side], now)
  const change = link?.change === undefined ? undefined : await emailChanges.pending({ id: link.change }, now)
  const account = change && (await users.find(change.userId))
  return change && account?.disabled === false ? { account, change } : undefined
}

/**
 * One of the two says yes; the second makes the change. Links to the old address end with it, but for the one that puts it
 * back. `waiting` while the other has not said so; undefined where the link is good no more, or the address was taken.
 */
export const confirmEmailChange =
  (use: ConfirmEmailChangeUse, side: ChangeSide) =>
  async (token: string, origin: Origin): Promise<'waiting' | 'changed' | undefined> => {
    const found = await findEmailChange(use, side)(token)
    if (found === undefined) return undefined
    const { id, sub } = found.account
    try {
      const outcome = await use.accounts.atomically(async (accounts) => {
        if (!(await accounts.users.lock(id))) return undefined
        // Looked up anew: the other side may have been quicker.
        const now = await findIn(use, accounts, { side, token })
        if (now === undefined) return undefined
        const at = use.clock.now()
        const by = { ...origin, actor: `user:${sub}` }
        return confirm(accounts, { ...now, side }, use.linkKeys(token), { at, origin: by })
      })
      if (outcome === 'changed') await use.tell(sub)
      return outcome
    } catch (error) {
      if (isTaken(error)) return undefined
      throw error
    }
  }

async function confirm(
  { links, emailChanges, users, record }: AccountsRepository,
  { account, change, side }: FoundChange & { side: ChangeSide },
  keys: readonly Buffer[],
  { at, origin }: { at: number; origin: Origin },
): Promise<'waiting' | 'changed' | undefined> {
  if ((await links.spend(keys, PURPOSES[side], at)) === undefined) return undefined
  const { id, email, emailKey: key, fromVerified } = change
  const about = { subject: account.sub, name: account.email }
  await emailChanges.confirm(id, side, at)
  const details = { change: id, by: side }
  await record(createEvent(origin, { type: 'email.change_confirmed', ...about, details }, at))
  const confirmed = { ...change.confirmed, [side]: true }
  if (!confirmed.new || (fromVerified && !confirmed.old)) return 'waiting'
  await users.changeEmail(account.id, { email, key, verified: true }, at)
  await links.removeAllBut(account.id, 'undo_email')
  await emailChanges.makeIt(id, at, at + UNDO_MS)
  await record(createEvent(origin, { type: 'email.changed', ...about, details: { change: id } }, at))
  return 'changed'
}
