import type { PasswordHasher } from '../security/password-hash.ts'
import type { Clock } from '../shared/clock.ts'
import type { Account } from './account.ts'
import type { AccountsRepository } from './accounts-repository.ts'
import { type PasswordRefusal, refusePassword } from './password-policy.ts'

export type SetPasswordOutcome = { ok: true } | { ok: false; reason: PasswordRefusal | 'gone' }

/**
 * Gives an account its password. Links that would set another one end with it: an old mail must not undo it.
 * Ending the sessions of the old password is the caller's to decide.
 */
export const setPassword =
  (use: { accounts: AccountsRepository; hasher: Pick<PasswordHasher, 'hash'>; clock: Clock }) =>
  async (account: Account, password: string): Promise<SetPasswordOutcome> => {
    const reason = refusePassword(password, account)
    if (reason !== undefined) return { ok: false, reason }
    const phc = await use.hasher.hash(password)
    return use.accounts.atomically(async ({ users, credentials, links }) => {
      if (!(await users.lock(account.id))) return { ok: false, reason: 'gone' }
      await credentials.setPassword(account.id, phc, use.clock.now())
      await links.removeAll(account.id, 'set_password')
      return { ok: true }
    })
  }
