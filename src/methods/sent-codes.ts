/**
 * Codes that are sent to somebody: six digits, stored nowhere, neither with the sign-in nor in the outbox. A code is made of
 * what it was asked by, whose it is and where it goes to, under the data key `field`: whoever draws the message makes it,
 * and whoever looks at an answer makes it again. So it is dead once the address has changed, and fits no other sign-in.
 */
import { z } from 'zod'
import type { JsonObject } from '../../adapters/contract.ts'
import type { DataKeys, NumberedKey } from '../keys/data-keys.ts'
import { createKeyedHash, equalBytes } from '../security/keyed-hash.ts'
import { readDigits } from './read-code.ts'

export const SENT_CODE = z.strictObject({
  /** What it was asked by: never the same twice. */
  asked: z.string(),
  sub: z.string(),
  /** An e-mail address, a phone number. */
  to: z.string(),
})

export type SentCode = z.output<typeof SENT_CODE>

/** As it lies with a sign-in until it is answered. */
export const readSentCode = (kept: JsonObject | undefined): SentCode => SENT_CODE.parse(kept)

export interface SentCodes {
  /** To be sent, and not to be kept. */
  of(code: SentCode): string
  /** Takes as long for every answer. */
  isRight(code: SentCode, typed: string): boolean
}

const DIGITS = 6

export const createSentCodes = (keys: Pick<DataKeys, 'current' | 'living'>): SentCodes => ({
  of: (code) => digitsOf(keys.current('field'), code),
  isRight: (code, typed) => {
    const digits = Buffer.from(readDigits(typed, DIGITS) ?? '')
    // One, or two for as long as one takes over from the other.
    const made = keys.living('field').map((key) => digitsOf(key, code))
    return made.map((one) => equalBytes(Buffer.from(one), digits)).includes(true)
  },
})

/** Of 256 bits: that a million does not divide them favours no code by more than 2^-236. */
function digitsOf({ key }: NumberedKey, { asked, sub, to }: SentCode): string {
  const hash = createKeyedHash(key)('sent_code', JSON.stringify([asked, sub, to]))
  return String(BigInt(`0x${hash.toString('hex')}`) % 10n ** BigInt(DIGITS)).padStart(DIGITS, '0')
}
