import type { Account } from '../../accounts/account.ts'
import type { AccountsRepository } from '../../accounts/accounts-repository.ts'
import { createEvent, type Origin } from '../../audit/event.ts'
import type { FieldSealer } from '../../keys/field-seal.ts'
import type { Clock } from '../../shared/clock.ts'
import { newRowId } from '../../shared/ids.ts'
import { hasSecondFactor } from '../second-factors.ts'
import { sealNumber } from './stored.ts'

export interface EnrolNumberUse {
  accounts: AccountsRepository
  sealer: Pick<FieldSealer, 'seal'>
  clock: Clock
}

/** `first`: the account had no second factor before; `replaced`: it had another number. */
export type EnrolledNumber = Record<'first' | 'replaced', boolean>

/**
 * Takes the number that a person has shown to be theirs, in the place of the one before. `number`: E.164. Undefined where
 * the account is gone.
 */
export const enrolNumber =
  ({ accounts, sealer, clock }: EnrolNumberUse) =>
  (account: Account, number: string, origin: Origin): Promise<EnrolledNumber | undefined> =>
    accounts.atomically(async ({ users, credentials, record }) => {
      if (!(await users.lock(account.id))) return undefined
      const [at, id] = [clock.now(), newRowId()]
      const first = !hasSecondFactor(await credentials.of(account.id))
      const replaced = (await credentials.removeAll(account.id, ['sms-code'])) > 0
      await credentials.add(account.id, { id, method: 'sms-code', data: sealNumber(sealer, id, number) }, at)
      const { sub: subject, email: name } = account
      const enrolled = { type: 'mfa.enrolled', subject, name, actor: `user:${subject}` } as const
      const details = { method: 'sms-code', ...(replaced && { replaces: true as const }) } as const
      await record(createEvent(origin, { ...enrolled, details }, at))
      return { first, replaced }
    })
