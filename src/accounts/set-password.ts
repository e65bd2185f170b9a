import { createEvent, type Origin } from '../audit/event.ts'
import type { PasswordHasher } from '../security/password-hash.ts'
import type { Clock } from '../shared/clock.ts'
import type { Account } from './account.ts'
import type { AccountsRepository } from './accounts-repository.ts'
import type { PasswordRefusal, RefusePassword } from './password-policy.ts'

export type SetPasswordOutcome = { ok: true } | { ok: false; reason: PasswordRefusal | 'gone' }

/**
 * Gives an account its password. Links that would set another one end with it: an old mail must not undo it.
 * Ending the sessions of the old password is the caller's to decide.
 */
export const setPassword =
  (use: {
    accounts: AccountsRepository
    hasher: Pick<PasswordHasher, 'hash'>
    clock: Clock
    refusePassword: RefusePassword
  }) =>
  async (account: Account, password: string, origin: Origin): Promise<SetPasswordOutcome> => {
    const reason = await use.refusePassword(password, account)
    if (reason !== undefined) return { ok: false, reason }
    const phc = await use.hasher.hash(password)
    return use.accounts.atomically(async ({ users, credentials, links, record }) => {
      if (!(await users.lock(account.id))) return { ok: false, reason: 'gone' }
      const at = use.clock.now()
      await credentials.setPassword(account.id, phc, at)
      await links.removeAll(account.id)
      const { sub: subject, email: name } = account
      const set = { type: 'password.set', subject, name, details: { by: 'operator' } } as const
      await record(createEvent(origin, set, at))
      return { ok: true }
    })
  }
