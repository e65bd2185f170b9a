/**
 * A telephone number as people type it. The one rule: with its country code, after `+` or `00`, the international prefix of
 * most countries; spaces, dashes and brackets are left out, digits of every script count as what they are; what is then a
 * number of ITU-T E.164 is one. Whose country a number without a code would be of, nobody can know.
 */
import { plainDigits } from '../read-code.ts'

export type ReadNumber =
  | { ok: true /** E.164. */; number: string }
  /** `national`: without a country code. */
  | { ok: false; reason: 'missing' | 'national' | 'malformed' }

export function readNumber(typed: string): ReadNumber {
  if (typed.length > MOST) return { ok: false, reason: 'malformed' }
  const text = plainDigits(typed).replace(MARKS, '')
  if (text === '') return { ok: false, reason: 'missing' }
  const written = text.replace(/[()]/g, '')
  if (/^(?:0(?!0)|[1-9])\d+$/.test(written)) return { ok: false, reason: 'national' }
  const [, digits = ''] = /^(?:\+|00)([1-9]\d{6,14})$/.exec(written) ?? []
  const isOne = digits !== '' && !text.includes('(0)') && !NOBODYS.test(digits)
  return isOne ? { ok: true, number: `+${digits}` } : { ok: false, reason: 'malformed' }
}

const MOST = 64
/** By which a number that was copied from elsewhere is held in its direction. */
const MARKS = /[\u202a-\u202e\u2066-\u2069]/g
/** Country codes of freephone, shared-cost and premium-rate services (ITU-T E.164): no person has such a number. */
const NOBODYS = /^(?:800|808|979)/
