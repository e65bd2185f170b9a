/** Codes of an authenticator app (RFC 6238). The only door to `otplib`. */
import { verifySync } from 'otplib'
import type { CredentialsRepository } from '../../accounts/credentials-repository.ts'
import { type Credential, credentialsOf } from '../../accounts/person.ts'
import type { FieldSealer } from '../../keys/field-seal.ts'
import type { Asked, Method, Verdict } from '../method.ts'
import { readDigits } from '../read-code.ts'
import { sealedPlace } from '../sealed.ts'
import { STORED_TOTP, type StoredTotp } from './stored.ts'

export interface TotpUse {
  credentials: Pick<CredentialsRepository, 'use'>
  sealer: Pick<FieldSealer, 'open'>
}

const PROVEN = { factors: ['possession'], amr: ['otp'], phishingResistant: false } as const

export const createTotp = (use: TotpUse): Method => ({
  id: 'totp',
  role: 'second',
  factors: PROVEN.factors,
  phishingResistant: false,
  ready: (person) => credentialsOf(person, 'totp').length > 0,
  verify: async ({ person, now }, { code = '' }): Promise<Verdict> => {
    if (person === undefined) return { ok: false, reason: 'unknown' }
    const whose = person.account
    let reason: 'wrong_code' | 'replayed' = 'wrong_code'
    for (const credential of credentialsOf(person, 'totp')) {
      const outcome = await tryOne(use, credential, code, now)
      if (outcome === 'right') return { ok: true, person, proven: PROVEN }
      if (outcome === 'replayed') reason = 'replayed'
    }
    return { ok: false, reason, whose }
  },
})

async function tryOne(
  { credentials, sealer }: TotpUse,
  { id, data }: Credential,
  typed: string,
  now: Asked['now'],
): Promise<'right' | 'wrong' | 'replayed'> {
  const stored = STORED_TOTP.parse(data)
  const secret = sealer.open(sealedPlace(id), Buffer.from(stored.sealed, 'base64'))
  const step = stepOfCode(stored, secret, typed, now)
  if (step === undefined) return 'wrong'
  if (step <= stored.step) return 'replayed'
  // Of any number at once, and of two codes within one window, one is right.
  return (await credentials.use(id, data, { ...stored, step }, now)) ? 'right' : 'replayed'
}

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
  })
  return result.valid ? Math.floor(epoch / period) + result.delta : undefined
}
