import { generateSecret } from 'otplib'
import type { Account } from '../../accounts/account.ts'
import type { AccountsRepository } from '../../accounts/accounts-repository.ts'
import { createEvent, type Origin } from '../../audit/event.ts'
import type { FieldSealer } from '../../keys/field-seal.ts'
import type { Clock } from '../../shared/clock.ts'
import { newRowId } from '../../shared/ids.ts'
import { sealedPlace } from '../sealed.ts'
import type { StoredTotp } from './stored.ts'
import { stepOfCode } from './totp.ts'

export interface EnrolTotpUse {
  accounts: AccountsRepository
  sealer: Pick<FieldSealer, 'seal'>
  clock: Clock
}

/** What every app can do, whatever it is told. */
const USUAL = { algorithm: 'sha1', digits: 6, period: 30 } as const
const SECRET_BYTES = 20

/** 160 random bits in base32, as apps and people take them. */
export const newTotpSecret = (): string => generateSecret({ length: SECRET_BYTES })

/** An app counts once it has shown that it knows the secret. False where the code is wrong. */
export const enrolTotp =
  ({ accounts, sealer, clock }: EnrolTotpUse) =>
  async (
    account: Account,
    { secret, code, label }: { secret: string; code: string; label?: string },
    origin: Origin,
  ): Promise<boolean> => {
    const at = clock.now()
    const step = stepOfCode(USUAL, secret, code, at)
    if (step === undefined) return false
    const id = newRowId()
    const sealed = sealer.seal(sealedPlace(id), secret).toString('base64')
    const data: StoredTotp = { ...USUAL, sealed, step }
    return accounts.atomically(async ({ users, credentials, record }) => {
      if (!(await users.lock(account.id))) return false
      await credentials.add(account.id, { id, method: 'totp', data, label }, at)
      const { sub: subject, email: name } = account
      const enrolled = { type: 'mfa.enrolled', subject, name, actor: `user:${subject}` } as const
      await record(createEvent(origin, { ...enrolled, details: { method: 'totp' } }, at))
      return true
    })
  }
