import type { Account } from '../../accounts/account.ts'
import type { AccountsRepository } from '../../accounts/accounts-repository.ts'
import { createEvent, type Origin } from '../../audit/event.ts'
import type { FieldSealer } from '../../keys/field-seal.ts'
import type { Clock } from '../../shared/clock.ts'
import { newRowId } from '../../shared/ids.ts'
import { hasSecondFactor } from '../second-factors.ts'
import { newSet } from './recovery-codes.ts'

export interface MakeRecoveryCodesUse {
  accounts: AccountsRepository
  sealer: Pick<FieldSealer, 'seal' | 'open'>
  clock: Clock
}

/**
 * A new set in the place of the one before, of which no code is good from then on: to be shown once. Undefined where the
 * account is gone, or has no second factor that they could stand for.
 */
export const makeRecoveryCodes =
  ({ accounts, sealer, clock }: MakeRecoveryCodesUse) =>
  async (account: Account, origin: Origin): Promise<string[] | undefined> => {
    const at = clock.now()
    const id = newRowId()
    const { codes, data } = newSet({ sealer }, id)
    return accounts.atomically(async ({ users, credentials, record }) => {
      if (!(await users.lock(account.id))) return undefined
      if (!hasSecondFactor(await credentials.of(account.id))) return undefined
      await credentials.removeAll(account.id, ['recovery-codes'])
      await credentials.add(account.id, { id, method: 'recovery-codes', data }, at)
      const { sub: subject, email: name } = account
      const enrolled = { type: 'mfa.enrolled', subject, name, actor: `user:${subject}` } as const
      await record(createEvent(origin, { ...enrolled, details: { method: 'recovery-codes' } }, at))
      return codes
    })
  }
