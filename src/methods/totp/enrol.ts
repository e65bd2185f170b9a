import type { Account } from '../../accounts/account.ts'
import type { AccountsRepository } from '../../accounts/accounts-repository.ts'
import { createEvent, type Origin } from '../../audit/event.ts'
import type { FieldSealer } from '../../keys/field-seal.ts'
import type { Clock } from '../../shared/clock.ts'
import { newRowId } from '../../shared/ids.ts'
import type { OnlyIf } from '../only-if.ts'
import { hasSecondFactor } from '../second-factors.ts'
import { sealTotpSecret } from './secret.ts'
import { MOST_APPS, type StoredTotp } from './stored.ts'
import { stepOfCode } from './totp.ts'

export interface EnrolTotpUse {
  accounts: AccountsRepository
  sealer: Pick<FieldSealer, 'seal' | 'open'>
  clock: Clock
}

export type EnrolTotpOutcome =
  /** `first`: the account had no second factor before. */
  | { ok: true; first: boolean }
  /** `gone`: the account, or what it was to be added on condition of. */
  | { ok: false; reason: 'wrong_code' | 'too_many' | 'gone' }

/** What every app can do, whatever it is told. */
const USUAL = { algorithm: 'sha1', digits: 6, period: 30 } as const

export const isRightCode = (secret: string, code: string, now: number): boolean =>
  stepOfCode(USUAL, secret, code, now) !== undefined

/** An app counts once it has shown that it knows the secret. */
export const enrolTotp =
  ({ accounts, sealer, clock }: EnrolTotpUse) =>
  async (
    account: Account,
    { secret, code, label }: { secret: string; code: string; label?: string | undefined },
    origin: Origin,
    only?: OnlyIf,
  ): Promise<EnrolTotpOutcome> => {
    const at = clock.now()
    const step = stepOfCode(USUAL, secret, code, at)
    if (step === undefined) return { ok: false, reason: 'wrong_code' }
    const id = newRowId()
    const data: StoredTotp = { ...USUAL, sealed: sealTotpSecret(sealer, id, secret), step }
    return accounts.atomically(async (within) => {
      const { users, credentials, record } = within
      if (!(await users.lock(account.id))) return { ok: false, reason: 'gone' }
      const known = await credentials.of(account.id)
      if (only !== undefined && !(await only(within, known))) return { ok: false, reason: 'gone' }
      if (known.filter(({ method }) => method === 'totp').length >= MOST_APPS)
        return { ok: false, reason: 'too_many' }
      await credentials.add(account.id, { id, method: 'totp', data, label }, at)
      const { sub: subject, email: name } = account
      const enrolled = { type: 'mfa.enrolled', subject, name, actor: `user:${subject}` } as const
      await record(createEvent(origin, { ...enrolled, details: { method: 'totp' } }, at))
      return { ok: true, first: !hasSecondFactor(known) }
    })
  }
