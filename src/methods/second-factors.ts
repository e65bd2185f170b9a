/** What an account has to prove besides what it begins with, by what is stored: for those who know no method. */
import type { Credential } from '../accounts/person.ts'
import type { MethodId } from '../telemetry/metric-labels.ts'

/** Methods whose credential is a factor of its own. Recovery codes stand in for one of these, and are none without. */
export const SECOND_FACTORS = ['passkey', 'totp', 'sms-code'] as const satisfies readonly MethodId[]
export type SecondFactor = (typeof SECOND_FACTORS)[number]

export const hasSecondFactor = (credentials: readonly Pick<Credential, 'method'>[]): boolean =>
  credentials.some(({ method }) => SECOND_FACTORS.some((factor) => factor === method))
