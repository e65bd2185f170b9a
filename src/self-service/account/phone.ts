/**
 * `/account/phone`: the mobile number that codes are sent to. It is there where somebody takes text messages and policy has
 * them, and for whoever has a number: what is kept of a person they can take away.
 */
import type { Account } from '../../accounts/account.ts'
import type { Credential } from '../../accounts/person.ts'
import type { AddNumber } from '../../methods/sms-code/add-number.ts'
import { readNumber } from '../../methods/sms-code/read-number.ts'
import { SMS_PROVEN } from '../../methods/sms-code/sms-code.ts'
import { numberEnds } from '../../methods/sms-code/stored.ts'
import type { AccountPhoneModel } from '../../pages/account-factor-models.ts'
import type { LanguageOf } from '../../pages/language.ts'
import { minutesOf, type Refusal, refusalHeaders } from '../../security/rate-limit/refusal.ts'
import { AppError } from '../../shared/app-error.ts'
import type { Clock } from '../../shared/clock.ts'
import { holderOf, type OwnFactorsUse, removeOwnFactor } from './own-factors.ts'
import type { AccountPage, Visit } from './page.ts'
import { RECOVERY_CODES_PATH } from './recovery-codes.ts'
import { HOME } from './return-to.ts'

export interface PhoneUse extends OwnFactorsUse {
  /** Absent: nobody takes text messages. */
  addNumber: AddNumber | undefined
  /** Whether policy lets people use them. */
  mayUseSms: () => Promise<boolean>
  languageOf: LanguageOf
  clock: Clock
}

type Refused = Pick<AccountPhoneModel, 'error' | 'typed'>

export const PHONE_PATH = '/account/phone'

export function createPhonePage(use: PhoneUse): AccountPage {
  return {
    path: PHONE_PATH,
    entry: { group: 'sign_in', icon: 'message', title: 'account.phone.title' },
    isThere: async (account) =>
      (await adderOf(use)) !== undefined || (await numberOf(use, account)) !== undefined,
    fresh: 'always',
    show: (visit) => show(use, visit),
    submit: async (visit, form) => {
      const { remove, number, code } = form
      const addNumber = await adderOf(use)
      if (remove !== undefined) {
        const then = { says: 'phone_removed', at: addNumber ? PHONE_PATH : HOME } as const
        return removeOwnFactor(use, visit, { method: 'sms-code', id: remove }, then)
      }
      if (addNumber === undefined) throw new AppError('not_found', 'No number can be added here.')
      if (code !== undefined) return confirm(use, addNumber, visit, code)
      if (number !== undefined) return send(use, addNumber, visit, number)
      if (form['other'] === undefined) throw new AppError('bad_request', 'This form can not be read.')
      await addNumber.forget(holderOf(visit))
      toPage(visit)
    },
    summary: async ({ account }) => {
      const ends = numberEnds(await numberOf(use, account))
      if (ends !== undefined) return { says: 'account.phone.ends', values: { ends } }
      return (await adderOf(use)) && { says: 'account.phone.none' }
    },
  }
}

const adderOf = async ({ addNumber, mayUseSms }: PhoneUse): Promise<AddNumber | undefined> =>
  addNumber !== undefined && (await mayUseSms()) ? addNumber : undefined

const numberOf = async (use: PhoneUse, { id }: Account): Promise<Credential | undefined> =>
  (await use.credentialsOf(id)).find(({ method }) => method === 'sms-code')

async function show(use: PhoneUse, visit: Visit, { error, typed }: Refused = {}): Promise<void> {
  const { account } = visit
  const addNumber = await adderOf(use)
  const mine = await numberOf(use, account)
  const waiting = await addNumber?.waiting(account, holderOf(visit))
  visit.show(
    'account-phone',
    {
      ...(mine && { number: shown(mine) }),
      ...(addNumber && { adding: waiting ? { ...waiting } : {} }),
      ...(error !== undefined && { error }),
      ...(typed !== undefined && { typed }),
    },
    error === undefined ? {} : { status: statusOf(error) },
  )
}

const shown = (credential: Credential): NonNullable<AccountPhoneModel['number']> => {
  const { id, createdAt, lastUsedAt } = credential
  return { id, createdAt, lastUsedAt, ends: numberEnds(credential) ?? '' }
}

function statusOf(error: NonNullable<Refused['error']>): number {
  if (typeof error !== 'string') return 429
  return error === 'unsent' ? 503 : 400
}

async function send(use: PhoneUse, addNumber: AddNumber, visit: Visit, typed: string): Promise<void> {
  const { ctx, account, origin } = visit
  const read = readNumber(typed)
  if (!read.ok) return show(use, visit, { error: read.reason, typed })
  const to = { number: read.number, locale: use.languageOf(ctx) }
  const sent = await addNumber.send(account, holderOf(visit), to, origin)
  if (sent.ok) return toPage(visit)
  if (sent.refusal === undefined) return show(use, visit, { error: 'unsent', typed })
  ctx.set(refusalHeaders(sent.refusal))
  return show(use, visit, { error: waitOf(sent.refusal), typed })
}

const waitOf = (refusal: Refusal) => ({ minutes: minutesOf(refusal) })

async function confirm(use: PhoneUse, addNumber: AddNumber, visit: Visit, code: string): Promise<void> {
  const { account, origin } = visit
  const outcome = await addNumber.confirm(account, holderOf(visit), code, origin)
  if (!outcome.ok) return show(use, visit, { error: outcome.reason })
  await visit.prove({ ...SMS_PROVEN, method: 'sms-code', at: use.clock.now() })
  visit.done(
    outcome.replaced ? 'phone_replaced' : 'phone_added',
    outcome.first ? RECOVERY_CODES_PATH : PHONE_PATH,
  )
}

function toPage({ ctx }: Visit): void {
  ctx.status = 303
  ctx.redirect(PHONE_PATH)
}
