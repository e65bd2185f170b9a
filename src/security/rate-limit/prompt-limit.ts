/**
 * What stands before everything that is sent to people because somebody asks for it: codes by mail and by text message. Of
 * all kinds together only so many go to one person in ten minutes, and in a day, so that nobody is worn down by them and
 * nobody pays for them without end; each code may be guessed at, so this is the most that can be guessed as well. Known and
 * unknown names are counted alike.
 */
import type { KeyedHash } from '../keyed-hash.ts'
import { type CountLimitUse, createCountLimit } from './count-limit.ts'
import { networkOf } from './network.ts'
import type { Refusal } from './refusal.ts'

export interface PromptLimit {
  /** Counts one that is to be sent, asked for from an address, to the person of a name; a refusal where it is one too many. */
  refusal(ip: string, name: string): Promise<Prompted | undefined>
}

export interface Prompted {
  refusal: Refusal
  /** It was the person who had too many, whoever asked for them. */
  tooManyFor: 'person' | 'address'
}

export interface PromptLimitUse extends Omit<CountLimitUse, 'limiter'> {
  /** What the store sees in place of a name. */
  hash: KeyedHash
  /** The one form of all spellings of an address. */
  nameOf: (typed: string) => string
}

const AT_ONCE = { count: 3, windowMs: 10 * 60 * 1000 }
const A_DAY = { count: 10, windowMs: 24 * 60 * 60 * 1000 }

export function createPromptLimit({ hash, nameOf, ...use }: PromptLimitUse): PromptLimit {
  const networks = createCountLimit({ ...use, limiter: 'mail_address' })
  const atOnce = createCountLimit({ ...use, limiter: 'prompt', limit: AT_ONCE })
  const aDay = createCountLimit({ ...use, limiter: 'prompt', limit: A_DAY })
  return {
    refusal: async (ip, name) => {
      const network = networkOf(ip)
      const fromThere = networks.refusal(() => network) ?? (await networks.count(network))
      if (fromThere !== undefined) return { refusal: fromThere, tooManyFor: 'address' }
      const key = hash('prompt', nameOf(name)).subarray(0, 16).toString('base64url')
      const refusal = (await atOnce.count(`at_once:${key}`)) ?? (await aDay.count(`day:${key}`))
      return refusal && { refusal, tooManyFor: 'person' }
    },
  }
}
