/** The secret that an app and we share, in base32 (RFC 4648 §6) as apps and people take it; kept sealed. */
import { generateSecret, ScureBase32Plugin } from 'otplib'
import type { Credential } from '../../accounts/person.ts'
import type { FieldSealer } from '../../keys/field-seal.ts'
import { sealedPlace } from '../sealed.ts'
import { STORED_TOTP } from './stored.ts'

const OURS_BYTES = 20
/** RFC 4226 §4 demands 16 bytes of who makes a secret; other systems have made shorter ones. */
export const SECRET_BYTES = { least: 10, most: 64 } as const

const base32 = new ScureBase32Plugin()

/** 160 random bits. */
export const newTotpSecret = (): string => generateSecret({ length: OURS_BYTES })

/**
 * The one spelling of a secret that another system has made: given as bytes, or in base32, in whatever case, with spaces,
 * dashes and padding or without. Undefined for what is none, or of a length that none has.
 */
export function readTotpSecret(given: string | Uint8Array): string | undefined {
  const bytes = typeof given === 'string' ? decode(given) : given
  const fits = bytes !== undefined && bytes.length >= SECRET_BYTES.least && bytes.length <= SECRET_BYTES.most
  return fits ? base32.encode(bytes).replaceAll('=', '') : undefined
}

function decode(typed: string): Uint8Array | undefined {
  try {
    return base32.decode(typed.replace(/[\s=-]/g, '').toUpperCase())
  } catch {
    return undefined
  }
}

/** `id`: the row's that it is kept in. */
export const sealTotpSecret = (sealer: Pick<FieldSealer, 'seal'>, id: string, secret: string): string =>
  sealer.seal(sealedPlace(id), secret).toString('base64')

export function openTotp(sealer: Pick<FieldSealer, 'open'>, { id, data }: Pick<Credential, 'id' | 'data'>) {
  const stored = STORED_TOTP.parse(data)
  return { stored, secret: sealer.open(sealedPlace(id), Buffer.from(stored.sealed, 'base64')) }
}
