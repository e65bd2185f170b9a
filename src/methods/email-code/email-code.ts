/**
 * A code in a mail. By itself it is a way in for people whose address is proven and who have nothing stronger: whoever has a
 * second factor has asked for more than a mailbox. After a password it proves the mailbox, which is no second factor
 * (NIST SP 800-63B-4 §3.1.3.1): who reads the mail could have set the password.
 *
 * Asking for one is one event for every name, known or not; the mail follows from the event, so that neither the answer nor
 * its time says whether there is one.
 */
import type { Account } from '../../accounts/account.ts'
import type { Person } from '../../accounts/person.ts'
import { type AuditEvent, createEvent } from '../../audit/event.ts'
import type { Asked, Method } from '../method.ts'
import { readSentCode, type SentCodes } from '../sent-codes.ts'
import { maskEmail } from './mask-email.ts'

export interface EmailCodeUse {
  codes: Pick<SentCodes, 'isRight'>
  record: (event: AuditEvent) => Promise<void>
}

const PROVEN = { factors: ['mailbox'], amr: ['email'], phishingResistant: false } as const

export const createEmailCode = (use: EmailCodeUse): Method => ({
  id: 'email-code',
  role: 'either',
  factors: PROVEN.factors,
  phishingResistant: false,
  sends: true,
  tries: 5,
  ready: ({ account }) => account.emailVerified,
  challenge: async ({ person, as, origin, now }) => {
    const sent = person !== undefined && isFor(person, as)
    const event = createEvent(origin, codeAsked(person?.account, sent), now)
    await use.record(event)
    const { sub = '', email: to = '' } = person?.account ?? {}
    return { kept: { asked: event.id, sub, to }, shown: as === 'second' ? { to: maskEmail(to) } : {} }
  },
  verify: async ({ person, as, kept }, { code = '' }) => {
    const sent = readSentCode(kept)
    const isRight = use.codes.isRight(sent, code)
    if (person === undefined) return { ok: false, reason: 'unknown' }
    const { account } = person
    const isStill = isFor(person, as) && account.sub === sent.sub && account.email === sent.to
    if (isStill && isRight) return { ok: true, person, proven: PROVEN }
    return { ok: false, reason: isStill ? 'wrong_code' : 'no_challenge', whose: account }
  },
})

const isFor = (person: Person, as: Asked['as']): boolean =>
  person.account.emailVerified && !person.account.disabled && (as === 'second' || hasNothingStronger(person))

const hasNothingStronger = ({ credentials }: Person): boolean =>
  credentials.every(({ method }) => method === 'password')

function codeAsked(account: Account | undefined, sent: boolean) {
  const whose = account === undefined ? {} : { subject: account.sub, name: account.email }
  return { type: 'login.code_asked', ...whose, details: { method: 'email-code', sent } } as const
}
