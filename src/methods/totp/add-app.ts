/**
 * An app is added in two steps: it is shown a secret, and shows a code of it. Of all secrets that were shown only the last
 * one of this person in this session counts, for ten minutes, once; what was shown elsewhere or before is no good.
 */
import type { Account } from '../../accounts/account.ts'
import type { Origin } from '../../audit/event.ts'
import type { Enrolment } from '../method.ts'
import type { OnlyIf } from '../only-if.ts'
import type { Pending } from '../pending.ts'
import { type EnrolTotpOutcome, type EnrolTotpUse, enrolTotp, isRightCode } from './enrol.ts'
import { newTotpSecret } from './secret.ts'
import { TOTP_PROVEN } from './totp.ts'

export interface AddAppUse extends EnrolTotpUse {
  pending: Pending
}

export type AddAppOutcome = EnrolTotpOutcome | { ok: false; reason: 'expired' }

export interface AddApp {
  /** A secret to show. `holder`: the person in their session. */
  begin(holder: string): Promise<string>
  /** What was shown last. */
  shown(holder: string): Promise<string | undefined>
  confirm(
    account: Account,
    holder: string,
    given: { code: string; label?: string | undefined },
    origin: Origin,
    only?: OnlyIf,
  ): Promise<AddAppOutcome>
}

export function createAddApp({ pending, ...use }: AddAppUse): AddApp {
  const enrol = enrolTotp(use)
  return {
    begin: async (holder) => {
      const secret = newTotpSecret()
      await pending.put('totp', holder, secret)
      return secret
    },
    shown: (holder) => pending.read('totp', holder),
    confirm: async (account, holder, { code, label }, origin, only) => {
      const secret = await pending.read('totp', holder)
      if (secret === undefined) return { ok: false, reason: 'expired' }
      if (!isRightCode(secret, code, use.clock.now())) return { ok: false, reason: 'wrong_code' }
      if (!(await pending.take('totp', holder, secret))) return { ok: false, reason: 'expired' }
      return enrol(account, { secret, code, label }, origin, only)
    },
  }
}

/** The same in a sign-in. */
export const createAppEnrolment = (apps: AddApp): Enrolment => ({
  begin: async (_person, holder) => ({ secret: await apps.begin(holder) }),
  shown: async (holder) => {
    const secret = await apps.shown(holder)
    return secret === undefined ? undefined : { secret }
  },
  confirm: async (account, holder, { code = '' }, { origin, only }) => {
    const outcome = await apps.confirm(account, holder, { code }, origin, only)
    if (outcome.ok) return { ok: true, proven: TOTP_PROVEN }
    return { ok: false, reason: outcome.reason === 'wrong_code' ? 'wrong_code' : 'expired' }
  },
})
