/** What an account has to prove besides what it begins with, by what is stored: for those who know no method. */
import type { Credential } from '../accounts/person.ts'
import type { MethodId } from '../telemetry/metric-labels.ts'

/** Methods whose credential is a factor of its own. Recovery codes stand in for one of these, and are none without. */
export const SECOND_FACTORS = ['passkey', 'totp', 'sms-code'] as const satisfies readonly MethodId[]
export type SecondFactor = (typeof SECOND_FACTORS)[number]

/** A passkey that the browser kept by itself is none before its person has used it. */
export const hasSecondFactor = (credentials: readonly Pick<Credential, 'method' | 'data'>[]): boolean =>
  credentials.some(
    ({ method, data }) =>
      SECOND_FACTORS.some((factor) => factor === method) &&
      !(method === 'passkey' && data['unasked'] === true),
  )
