import type { Account } from '../../accounts/account.ts'
import type { AccountsRepository } from '../../accounts/accounts-repository.ts'
import { createEvent, type Origin } from '../../audit/event.ts'
import type { FieldSealer } from '../../keys/field-seal.ts'
import type { Clock } from '../../shared/clock.ts'
import { newRowId } from '../../shared/ids.ts'
import { sealNumber } from './stored.ts'

export interface EnrolNumberUse {
  accounts: AccountsRepository
  sealer: Pick<FieldSealer, 'seal'>
  clock: Clock
}

/**
 * Takes the number that a person has shown to be theirs, in the place of the one before. `number`: E.164. False where the
 * account is gone.
 */
export const enrolNumber =
  ({ accounts, sealer, clock }: EnrolNumberUse) =>
  (account: Account, number: string, origin: Origin): Promise<boolean> =>
    accounts.atomically(async ({ users, credentials, record }) => {
      if (!(await users.lock(account.id))) return false
      const [at, id] = [clock.now(), newRowId()]
      await credentials.removeAll(account.id, ['sms-code'])
      await credentials.add(account.id, { id, method: 'sms-code', data: sealNumber(sealer, id, number) }, at)
      const { sub: subject, email: name } = account
      const enrolled = { type: 'mfa.enrolled', subject, name, actor: `user:${subject}` } as const
      await record(createEvent(origin, { ...enrolled, details: { method: 'sms-code' } }, at))
      return true
    })
