/**
 * A new password by whoever knows the old one, or has none. Whoever else knew it may be in: all that the account was given
 * ends in the same step, with the links that would set another one. What the person keeps is the caller's to begin anew.
 */
import { createEvent, type NewEvent, type Origin } from '../audit/event.ts'
import type { PasswordHasher } from '../security/password-hash.ts'
import type { Clock } from '../shared/clock.ts'
import type { Account } from './account.ts'
import type { AccountsRepository } from './accounts-repository.ts'
import type { PasswordRefusal, RefusePassword } from './password-policy.ts'

export interface ChangePasswordUse {
  accounts: AccountsRepository
  hasher: Pick<PasswordHasher, 'hash' | 'verify'>
  clock: Clock
  refusePassword: RefusePassword
  /** Nodes forget what they knew of the account. */
  tell: (sub: string) => Promise<void>
}

/** `current`: not asked where the account has no password. */
export interface PasswordChange {
  current: string
  password: string
}

export type ChangePasswordOutcome =
  | { ok: true }
  /** `changed`: by somebody else, meanwhile. */
  | { ok: false; reason: PasswordRefusal | 'wrong_password' | 'unchanged' | 'changed' | 'gone' }

/** Rejects as `busy` when too many passwords are being hashed. */
export const changePassword =
  (use: ChangePasswordUse) =>
  async (
    account: Account,
    { current, password }: PasswordChange,
    origin: Origin,
  ): Promise<ChangePasswordOutcome> => {
    const { id, sub: subject, email: name } = account
    const happened = (event: NewEvent) => createEvent(origin, event, use.clock.now())
    const before = await use.accounts.credentials.password(id)
    if (before !== undefined && !(await use.hasher.verify(before, current)).ok) {
      const reason = 'wrong_password'
      await use.accounts.record(happened({ type: 'password.change_refused', subject, name, reason }))
      return { ok: false, reason }
    }
    if (before !== undefined && password === current) return { ok: false, reason: 'unchanged' }
    const refusal = await use.refusePassword(password, account)
    if (refusal !== undefined) return { ok: false, reason: refusal }
    const phc = await use.hasher.hash(password)
    const outcome = await use.accounts.atomically<ChangePasswordOutcome>(
      async ({ users, credentials, links, emailChanges, record, end }) => {
        if (!(await users.lock(id))) return { ok: false, reason: 'gone' }
        if ((await credentials.password(id)) !== before) return { ok: false, reason: 'changed' }
        await credentials.setPassword(id, phc, use.clock.now())
        await links.removeAllBut(id, 'undo_email')
        await emailChanges.withdraw(id)
        await record(happened({ type: 'password.set', subject, name, details: { by: 'change' } }))
        const ended = { type: 'user.tokens_revoked', subject, name, reason: 'password_change' } as const
        await end(subject, happened(ended))
        return { ok: true }
      },
    )
    if (outcome.ok) await use.tell(subject)
    return outcome
  }
