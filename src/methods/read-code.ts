/**
 * A code as people type it. The one rule: spaces and dashes are left out, digits of every script count as what they are;
 * what is then not exactly so many digits is no code.
 */
export function readDigits(typed: string, length: number): string | undefined {
  if (typed.length > MOST) return undefined
  const digits = plainDigits(typed)
  return digits.length === length && /^\d+$/.test(digits) ? digits : undefined
}

/** Without spaces and dashes, all digits as those of ASCII. */
export const plainDigits = (typed: string): string =>
  typed.replace(SEPARATORS, '').replace(/\p{Nd}/gu, worthOf)

const MOST = 64
const SEPARATORS = /[\p{Zs}\p{Pd}\t\u200e\u200f]/gu

/** Digits of a script stand one after the other from zero on (Unicode §4.6), and none of ten begins before its zero. */
function worthOf(digit: string): string {
  let value = 0
  for (let at = digit.codePointAt(0) ?? 0; value < 10 && isDigit(at - 1 - value); ) value++
  return String(value % 10)
}

const isDigit = (codePoint: number): boolean =>
  codePoint >= 0 && /^\p{Nd}$/u.test(String.fromCodePoint(codePoint))
