import { randomBytes } from 'node:crypto'

/** Digits and letters that nobody takes for one another (Crockford's base 32): 5 bits each. */
const SIGNS = '0123456789abcdefghjkmnpqrstvwxyz'
const LENGTH = 16
const CODE = new RegExp(`^[${SIGNS}]{${LENGTH}}$`)

/** 80 random bits, as people copy them: `k3f9-2mxc-…`. */
export function newRecoveryCode(): string {
  const signs = Array.from(randomBytes(LENGTH), (byte) => SIGNS.charAt(byte % SIGNS.length)).join('')
  return signs.replace(/.{4}(?!$)/g, '$&-')
}

/** Case, spaces and dashes don't matter, nor does what looks alike: `O` is 0, `I` and `L` are 1. */
export function readRecoveryCode(typed: string): string | undefined {
  if (typed.length > 64) return undefined
  const signs = typed
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[\p{Zs}\p{Pd}\t]/gu, '')
    .replaceAll('o', '0')
    .replace(/[il]/g, '1')
  return CODE.test(signs) ? signs : undefined
}
