/**
 * A code in a text message: something that is had, but weaker than all else that is (NIST SP 800-63B-4 §3.1.3.3: whoever gets
 * the number moved to a card of their own gets the codes). So it is a second factor only, and offered only where there is a
 * provider.
 */
import type { Person } from '../../accounts/person.ts'
import { type AuditEvent, createEvent } from '../../audit/event.ts'
import type { FieldSealer } from '../../keys/field-seal.ts'
import type { NumberLimit } from '../../security/rate-limit/number-limit.ts'
import type { Method } from '../method.ts'
import { readSentCode, type SentCodes } from '../sent-codes.ts'
import { numberCredential, numberEnds, openNumber } from './stored.ts'
import type { TextCode } from './text-code.ts'

export interface SmsCodeUse {
  codes: SentCodes
  sealer: Pick<FieldSealer, 'open'>
  text: TextCode
  limit: NumberLimit
  record: (event: AuditEvent) => Promise<void>
}

export const SMS_PROVEN = { factors: ['possession'], amr: ['sms'], phishingResistant: false } as const

export const createSmsCode = (use: SmsCodeUse): Method => ({
  id: 'sms-code',
  role: 'second',
  factors: SMS_PROVEN.factors,
  phishingResistant: false,
  sends: true,
  tries: 5,
  ready: (person) => numberCredential(person) !== undefined,
  challenge: async ({ person, origin, now }) => {
    const to = person && numberOf(use, person)
    if (person === undefined || to === undefined || (await use.limit.refusal(to)) !== undefined)
      return undefined
    const { account } = person
    const details = { method: 'sms-code', sent: true } as const
    const whose = { subject: account.sub, name: account.email }
    const event = createEvent(origin, { type: 'login.code_asked', ...whose, details }, now)
    await use.record(event)
    const kept = { asked: event.id, sub: account.sub, to }
    // Whether it came all the same is shown by its code, where the provider did not answer.
    if ((await use.text(account, kept)) === 'failed') return undefined
    return { kept, shown: { to: numberEnds(numberCredential(person)) ?? '' } }
  },
  verify: async ({ person, kept }, { code = '' }) => {
    const sent = readSentCode(kept)
    const isRight = use.codes.isRight(sent, code)
    if (person === undefined) return { ok: false, reason: 'unknown' }
    const { account } = person
    const isStill = account.sub === sent.sub && numberOf(use, person) === sent.to
    if (isStill && isRight) return { ok: true, person, proven: SMS_PROVEN }
    return { ok: false, reason: isStill ? 'wrong_code' : 'no_challenge', whose: account }
  },
})

function numberOf({ sealer }: Pick<SmsCodeUse, 'sealer'>, person: Person): string | undefined {
  const credential = numberCredential(person)
  return credential && openNumber(sealer, credential)
}
