/** Codes of an authenticator app (RFC 6238). The only door to `otplib`. */
import { createGuardrails, verifySync } from 'otplib'
import type { CredentialsRepository } from '../../accounts/credentials-repository.ts'
import { type Credential, credentialsOf, type Person } from '../../accounts/person.ts'
import type { FieldSealer } from '../../keys/field-seal.ts'
import type { Asked, Enrolment, Method, Verdict } from '../method.ts'
import { readDigits } from '../read-code.ts'
import { openTotp, SECRET_BYTES } from './secret.ts'
import type { StoredTotp } from './stored.ts'

export interface TotpUse {
  credentials: Pick<CredentialsRepository, 'use' | 'of'>
  sealer: Pick<FieldSealer, 'open'>
  enrolment: Enrolment
}

export const TOTP_PROVEN = { factors: ['possession'], amr: ['otp'], phishingResistant: false } as const

export const createTotp = (use: TotpUse): Method => ({
  id: 'totp',
  role: 'second',
  factors: TOTP_PROVEN.factors,
  phishingResistant: false,
  enrolment: use.enrolment,
  ready: (person) => credentialsOf(person, 'totp').length > 0,
  verify: async ({ person, now }, { code = '' }): Promise<Verdict> => {
    if (person === undefined) return { ok: false, reason: 'unknown' }
    const whose = person.account
    let reason: 'wrong_code' | 'replayed' = 'wrong_code'
    for (const credential of credentialsOf(person, 'totp')) {
      const outcome = await tryOne(use, person, credential, code, now)
      if (outcome === 'right') return { ok: true, person, proven: TOTP_PROVEN }
      if (outcome === 'replayed') reason = 'replayed'
    }
    return { ok: false, reason, whose }
  },
})

/** Each lost swap means that its code, another one or a new field key was faster. */
const ROUNDS = 5

/** Of any number at once, and of two codes within one window, one is right. */
async function tryOne(
  { credentials, sealer }: TotpUse,
  { account }: Person,
  credential: Credential,
  typed: string,
  now: Asked['now'],
): Promise<'right' | 'wrong' | 'replayed'> {
  let known: Credential | undefined = credential
  for (let round = 0; known !== undefined && round < ROUNDS; round++) {
    const { id, data }: Credential = known
    const { stored, secret } = openTotp(sealer, known)
    const step = stepOfCode(stored, secret, typed, now)
    if (step === undefined) return 'wrong'
    if (step <= stored.step) return 'replayed'
    if (await credentials.use(id, data, { ...stored, step }, now)) return 'right'
    known = (await credentials.of(account.id)).find((one) => one.id === id)
  }
  return 'wrong'
}

const GUARDRAILS = createGuardrails({
  MIN_SECRET_BYTES: SECRET_BYTES.least,
  MAX_SECRET_BYTES: SECRET_BYTES.most,
})

/** `secret`: in base32 (RFC 4648 §6). The time step whose code this is: the present one, the one before or the one after (RFC 6238 §5.2). */
export function stepOfCode(
  { algorithm, digits, period }: Pick<StoredTotp, 'algorithm' | 'digits' | 'period'>,
  secret: string,
  typed: string,
  now: number,
): number | undefined {
  const token = readDigits(typed, digits)
  if (token === undefined) return undefined
  const epoch = Math.floor(now / 1000)
  const result = verifySync({
    ...{ strategy: 'totp', secret, token, algorithm, digits, period, epoch },
    epochTolerance: period,
    guardrails: GUARDRAILS,
  })
  return result.valid ? Math.floor(epoch / period) + result.delta : undefined
}
