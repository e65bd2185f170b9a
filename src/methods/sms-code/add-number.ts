/**
 * A number is added in two steps: a code is sent to it, and its person types that code. Of all numbers that a code was sent
 * to only the last one of this person in this session counts, for ten minutes, five tries, once. Whose a number is besides
 * is asked of nobody: many may have it.
 */
import { z } from 'zod'
import type { Account } from '../../accounts/account.ts'
import { createEvent, type Origin } from '../../audit/event.ts'
import type { NumberLimit } from '../../security/rate-limit/number-limit.ts'
import type { PromptLimit } from '../../security/rate-limit/prompt-limit.ts'
import type { Refusal } from '../../security/rate-limit/refusal.ts'
import { CODE_LIFE, RESEND_AFTER } from '../../shared/code-life.ts'
import type { Pending } from '../pending.ts'
import { SENT_CODE, type SentCodes } from '../sent-codes.ts'
import { type EnrolledNumber, type EnrolNumberUse, enrolNumber } from './enrol.ts'
import type { TextCode } from './text-code.ts'

export interface AddNumberUse extends EnrolNumberUse {
  pending: Pending
  codes: Pick<SentCodes, 'isRight'>
  text: TextCode
  prompts: PromptLimit
  numbers: NumberLimit
}

/** A number that a code was sent to; `again`: in how many ms another may be sent to it. */
export interface WaitingNumber {
  number: string
  again: number
}

export type SendToNumber =
  | { ok: true }
  | { ok: false; refusal: Refusal }
  /** It can’t be sent there now. */
  | { ok: false; refusal: undefined }

export type ConfirmNumber =
  | ({ ok: true } & EnrolledNumber)
  /** `expired`: there is no code that could be right any more. */
  | { ok: false; reason: 'wrong_code' | 'expired' }

export interface AddNumber {
  /** `holder`: the person in their session. */
  waiting(account: Account, holder: string): Promise<WaitingNumber | undefined>
  /** `number`: E.164; `locale`: in which language the person is spoken to. */
  send(
    account: Account,
    holder: string,
    to: { number: string; locale: string },
    origin: Origin,
  ): Promise<SendToNumber>
  confirm(account: Account, holder: string, code: string, origin: Origin): Promise<ConfirmNumber>
  /** Another number is meant. */
  forget(holder: string): Promise<void>
}

const WAITING = SENT_CODE.extend({ at: z.number(), tries: z.int() })
type Waiting = z.output<typeof WAITING>

const TRIES = 5

export function createAddNumber(use: AddNumberUse): AddNumber {
  const { pending, clock } = use
  const enrol = enrolNumber(use)
  const find = async (
    { sub }: Account,
    holder: string,
  ): Promise<{ held: string; waiting: Waiting } | undefined> => {
    const held = await pending.read('sms-code', holder)
    if (held === undefined) return undefined
    const waiting = WAITING.parse(JSON.parse(held))
    const isOpen = waiting.sub === sub && waiting.tries > 0 && clock.now() - waiting.at <= CODE_LIFE
    return isOpen ? { held, waiting } : undefined
  }
  return {
    waiting: async (account, holder) => {
      const found = await find(account, holder)
      if (found === undefined) return undefined
      const { to, at } = found.waiting
      return { number: to, again: Math.max(0, at + RESEND_AFTER - clock.now()) }
    },
    send: async (account, holder, to, origin) => {
      const before = (await find(account, holder))?.waiting
      // Sent a moment ago: whoever presses twice wants one.
      if (before?.to === to.number && clock.now() - before.at < RESEND_AFTER) return { ok: true }
      const at = clock.now()
      const refusal = await tooMany(use, account, origin, at)
      if (refusal !== undefined) return { ok: false, refusal }
      const sent = await send(use, account, to, origin, at)
      if (sent === undefined) return { ok: false, refusal: undefined }
      await pending.put('sms-code', holder, JSON.stringify(sent))
      return { ok: true }
    },
    confirm: async (account, holder, code, origin) => {
      // Each round that is lost has taken a try of it, or all.
      for (;;) {
        const found = await find(account, holder)
        if (found === undefined) return { ok: false, reason: 'expired' }
        const { held, waiting } = found
        if (use.codes.isRight(waiting, code)) {
          if (!(await pending.take('sms-code', holder, held))) continue
          const enrolled = await enrol(account, waiting.to, origin)
          return enrolled === undefined ? { ok: false, reason: 'expired' } : { ok: true, ...enrolled }
        }
        const tries = waiting.tries - 1
        if (await pending.change('sms-code', holder, held, JSON.stringify({ ...waiting, tries })))
          return { ok: false, reason: tries > 0 ? 'wrong_code' : 'expired' }
      }
    },
    forget: async (holder) => {
      const held = await pending.read('sms-code', holder)
      if (held !== undefined) await pending.take('sms-code', holder, held)
    },
  }
}

/** What stands before every code that is sent to a person. */
async function tooMany(
  { prompts, accounts }: AddNumberUse,
  { sub: subject, email: name }: Account,
  origin: Origin,
  at: number,
): Promise<Refusal | undefined> {
  const prompted = await prompts.refusal(origin.ip ?? '', name)
  if (prompted?.tooManyFor === 'person') {
    const suppressed = { type: 'login.codes_suppressed', subject, name } as const
    await accounts.record(createEvent(origin, { ...suppressed, details: { method: 'sms-code' } }, at))
  }
  return prompted?.refusal
}

/** Undefined where it can’t be: one answer, whether others had too much sent there or the provider fails. */
async function send(
  { numbers, accounts, text }: AddNumberUse,
  account: Account,
  { number, locale }: { number: string; locale: string },
  origin: Origin,
  at: number,
): Promise<Waiting | undefined> {
  if ((await numbers.refusal(number)) !== undefined) return undefined
  const { sub, email: name } = account
  const asked = createEvent(
    origin,
    { type: 'mfa.enrolment_asked', subject: sub, name, details: { method: 'sms-code' } },
    at,
  )
  await accounts.record(asked)
  const code = { asked: asked.id, sub, to: number }
  // Whether it came all the same is shown by its code, where the provider did not answer.
  return (await text(account, code, locale)) === 'failed' ? undefined : { ...code, at, tries: TRIES }
}
