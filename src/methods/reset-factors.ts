/**
 * Somebody has lost what they prove themselves with, and the operator takes it away. Whoever has it may be in, so what was
 * signed in to ends in the same step, with the trust in devices; what is left is the password.
 */
import type { Account } from '../accounts/account.ts'
import type { AccountsRepository } from '../accounts/accounts-repository.ts'
import { createEvent, type Origin } from '../audit/event.ts'
import type { Clock } from '../shared/clock.ts'
import type { MethodId } from '../telemetry/metric-labels.ts'

export interface ResetFactorsUse {
  accounts: AccountsRepository
  clock: Clock
}

const WITHOUT_PASSKEYS = ['totp', 'sms-code', 'recovery-codes'] as const satisfies readonly MethodId[]

/** What was taken away, in the order of `METHODS`; undefined where the account is gone. Without any nothing changes. */
export const resetFactors =
  ({ accounts, clock }: ResetFactorsUse) =>
  (account: Account, { passkeys }: { passkeys: boolean }, origin: Origin): Promise<MethodId[] | undefined> =>
    accounts.atomically(async ({ users, credentials, signIns, record, end }) => {
      if (!(await users.lock(account.id))) return undefined
      const all: readonly MethodId[] = passkeys ? ['passkey', ...WITHOUT_PASSKEYS] : WITHOUT_PASSKEYS
      const known = await credentials.of(account.id)
      const methods = all.filter((id) => known.some(({ method }) => method === id))
      if (methods.length === 0) return []
      await credentials.removeAll(account.id, methods)
      await signIns.forgetDevices(account.id)
      const { sub: subject, email: name } = account
      const [about, at] = [{ subject, name }, clock.now()]
      await record(createEvent(origin, { type: 'mfa.reset', ...about, details: { methods } }, at))
      await end(
        subject,
        createEvent(origin, { type: 'user.tokens_revoked', ...about, reason: 'mfa_reset' }, at),
      )
      return methods
    })
