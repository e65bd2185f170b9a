/**
 * What stands before every text message, besides what one person is sent: a number may be many accounts', and numbers of one
 * block may belong to whoever earns by what is sent there (SMS pumping). Spellings are one number by then.
 */
import type { KeyedHash } from '../keyed-hash.ts'
import { type CountLimitUse, createCountLimit } from './count-limit.ts'
import type { Refusal } from './refusal.ts'

export interface NumberLimit {
  /** Counts one to a number in E.164; a refusal where it is one too many. */
  refusal(number: string): Promise<Refusal | undefined>
}

export interface NumberLimitUse extends Omit<CountLimitUse, 'limiter' | 'limit'> {
  /** What the store sees in place of a number. */
  hash: KeyedHash
}

const HOUR = 60 * 60 * 1000
const ONE_NUMBER = { count: 5, windowMs: HOUR }
const ONE_BLOCK = { count: 30, windowMs: HOUR }
/** Numbers are given out by the ten thousand. */
const BLOCK_DIGITS = 4

export function createNumberLimit({ hash, ...use }: NumberLimitUse): NumberLimit {
  const numbers = createCountLimit({ ...use, limiter: 'sms_number', limit: ONE_NUMBER })
  const blocks = createCountLimit({ ...use, limiter: 'sms_block', limit: ONE_BLOCK })
  const keyOf = (text: string) => hash('sms', text).subarray(0, 16).toString('base64url')
  return {
    refusal: async (number) =>
      (await numbers.count(keyOf(number))) ?? (await blocks.count(keyOf(number.slice(0, -BLOCK_DIGITS)))),
  }
}
