/**
 * A person wants another address. Nothing changes before both have said so: the old one, if it was ever proven, that it is
 * its owner who asks, and the new one that it is theirs. Whether it has an account is not looked at here, so nothing tells.
 */
import { createEvent, type Origin } from '../audit/event.ts'
import type { Clock } from '../shared/clock.ts'
import { newRowId } from '../shared/ids.ts'
import type { Account } from './account.ts'
import type { AccountsRepository } from './accounts-repository.ts'
import { normaliseEmail } from './email.ts'

const LIFE_MS = 24 * 60 * 60 * 1000

export type ChangeEmailRefusal = 'email_malformed' | 'email_same'

export interface ChangeEmailUse {
  accounts: AccountsRepository
  clock: Clock
}

/** Undefined when it was taken. */
export const askToChangeEmail =
  (use: ChangeEmailUse) =>
  async (account: Account, typed: string, origin: Origin): Promise<ChangeEmailRefusal | undefined> => {
    const address = normaliseEmail(typed)
    const from = normaliseEmail(account.email)
    if (address === undefined || from === undefined) return 'email_malformed'
    if (address.key === from.key) return 'email_same'
    const { id: userId, sub: subject, email: fromEmail, emailVerified: fromVerified } = account
    await use.accounts.atomically(async ({ users, emailChanges, record }) => {
      if (!(await users.lock(userId))) return
      const at = use.clock.now()
      const id = newRowId()
      const between = {
        email: address.email,
        emailKey: address.key,
        fromEmail,
        fromKey: from.key,
        fromVerified,
      }
      await emailChanges.ask({ id, userId, ...between, at, expiresAt: at + LIFE_MS })
      const asked = { type: 'email.change_asked', subject, name: fromEmail, details: { change: id } } as const
      await record(createEvent(origin, asked, at))
    })
    return undefined
  }

/** Whoever thinks better of it; false where there was nothing to take back. */
export const withdrawEmailChange =
  (use: ChangeEmailUse) =>
  ({ id, sub: subject, email: name }: Account, origin: Origin): Promise<boolean> =>
    use.accounts.atomically(async ({ users, emailChanges, record }) => {
      if (!(await users.lock(id)) || !(await emailChanges.withdraw(id))) return false
      await record(createEvent(origin, { type: 'email.change_cancelled', subject, name }, use.clock.now()))
      return true
    })
