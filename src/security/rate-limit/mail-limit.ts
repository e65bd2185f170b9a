/**
 * What stands before the pages where strangers can have a mail sent. Each request counts, whatever name it brings, against
 * the network that it comes from; and of the mails of one kind only so many go to one name in an hour. Who asks beyond
 * that gets the same answer and no mail: known and unknown names are counted alike.
 */
import type { KeyedHash } from '../keyed-hash.ts'
import { type CountLimit, type CountLimitUse, createCountLimit } from './count-limit.ts'
import { networkOf } from './network.ts'
import type { Refusal } from './refusal.ts'

export interface MailLimit {
  /** Counts a request; a refusal where it was one too many from there. */
  refusal(ip: string): Promise<Refusal | undefined>
  /** Counts a mail; whether it may go to that name. */
  admits(kind: 'reset' | 'registration' | 'email', name: string): Promise<boolean>
}

export interface MailLimitUse extends Omit<CountLimitUse, 'limiter'> {
  /** What the store sees in place of a name. */
  hash: KeyedHash
  /** The one form of all spellings of an address. */
  nameOf: (typed: string) => string
}

const MAILS = { count: 3, windowMs: 60 * 60 * 1000 }

export function createMailLimit({ hash, nameOf, ...use }: MailLimitUse): MailLimit {
  const networks = createCountLimit({ ...use, limiter: 'mail_address' })
  const names = createCountLimit({ ...use, limiter: 'mail_name', limit: MAILS })
  const counted = async (limit: CountLimit, key: string) =>
    limit.refusal(() => key) ?? (await limit.count(key))
  return {
    refusal: (ip) => counted(networks, networkOf(ip)),
    admits: async (kind, name) => {
      const key = hash('mail', nameOf(name)).subarray(0, 16).toString('base64url')
      return (await counted(names, `${kind}:${key}`)) === undefined
    },
  }
}
