/**
 * A second factor is added on the way through a sign-in that demands one, and its recovery codes are shown. What may be added,
 * and what it is worth, `src/sign-in/enrolments.ts` says.
 */
import { totpAddress } from '../../methods/totp/address.ts'
import type { EnrolModel, SignInError } from '../../pages/models.ts'
import type { Clock } from '../../shared/clock.ts'
import type { Enrolments } from '../../sign-in/enrolments.ts'
import type { At, Outcome, View } from '../../sign-in/types.ts'
import { again, asker, type Journey, pageOptions, type StepUse } from '../journey.ts'

export interface EnrolUse extends StepUse {
  enrolments: Enrolments
  /** Of the issuer: what an app calls us. */
  host: string
  clock: Clock
}

interface Place {
  journey: Journey
  at: At
}

type Submission = Place & { form: Record<string, string> }
type Enrolling = Extract<View, { step: 'enrol' }>
type Codes = Extract<View, { step: 'codes' }>

/** The page of either step. Beside what it says itself there is one thing that can be wrong: a form that is too old. */
export const showEnrolment = (
  use: EnrolUse,
  place: Place,
  view: Enrolling | Codes,
  error?: SignInError,
): Promise<undefined> =>
  view.step === 'enrol'
    ? showFactor(use, place, view, error && 'forbidden')
    : showCodes(use, place, view, error && 'forbidden')

/** What comes of a form of either; undefined where a page was shown. */
export async function submitEnrolment(
  use: EnrolUse,
  submission: Submission,
  view: Enrolling | Codes,
): Promise<Outcome | undefined> {
  const outcome = await (view.step === 'enrol' ? add(use, submission, view) : seen(use, submission))
  return outcome?.kind === 'moved' ? again(submission.journey) : outcome
}

async function add(use: EnrolUse, { journey, at, form }: Submission, view: Enrolling) {
  const { action, code, response } = form
  if (action === 'challenge') return ask(use, { journey, at })
  if (code === undefined && response === undefined) return again(journey)
  const method = response === undefined ? 'totp' : 'passkey'
  const outcome = await use.enrolments.confirm(at, method, { code, response })
  return outcome.kind === 'fault' ? showFactor(use, { journey, at }, view, outcome.reason) : outcome
}

/** For the page's script, which asks without leaving the page. */
async function ask({ enrolments }: EnrolUse, { journey: { ctx }, at }: Place): Promise<undefined> {
  const challenge = await enrolments.begin(at, 'passkey', { again: false })
  ctx.status = challenge === undefined ? 400 : 200
  ctx.set('cache-control', 'no-store')
  ctx.body = challenge === undefined ? { error: 'not_offered' } : { challenge }
}

/** Whoever opens the page anew gets another secret; who has scanned the picture and typed a wrong code, the same. */
async function showFactor(
  use: EnrolUse,
  { journey, at }: Place,
  { account: { email, name }, methods, further }: Enrolling,
  error?: EnrolModel['error'],
): Promise<undefined> {
  const isSame = error !== undefined && error !== 'expired'
  const shown = methods.includes('totp')
    ? await use.enrolments.begin(at, 'totp', { again: isSame })
    : undefined
  const secret = shown && String(shown['secret'])
  const model: EnrolModel = {
    ...{ csrf: use.csrf.token(journey.interaction.uid), ...asker(journey) },
    account: { email, ...(name !== undefined && { name }) },
    passkey: methods.includes('passkey'),
    ...(further && { further: true as const }),
    ...(secret !== undefined && { app: { secret, address: totpAddress(secret, { email, host: use.host }) } }),
    ...(error !== undefined && { error }),
  }
  use.showPage(journey.ctx, 'enrol', model, pageOptions(journey, statusOf(error)))
}

const statusOf = (error: EnrolModel['error']): number =>
  error === undefined ? 200 : error === 'forbidden' ? 403 : 400

async function seen(use: EnrolUse, { journey, at, form }: Submission) {
  if (form['noted'] !== undefined || form['skip'] === 'yes') return use.enrolments.finish(at, form['noted'])
  if (form['make'] === 'yes') await use.enrolments.remakeCodes(at)
  return again(journey)
}

async function showCodes(
  use: EnrolUse,
  { journey, at }: Place,
  { account: { email, name }, set }: Codes,
  error?: 'forbidden',
): Promise<undefined> {
  const { ctx, interaction } = journey
  // Whoever only looks whether the page is there must not use up its one sight.
  const codes = ctx.method === 'GET' ? await use.enrolments.takeCodes(at) : undefined
  const model = {
    ...{ csrf: use.csrf.token(interaction.uid), ...asker(journey) },
    account: { email, ...(name !== undefined && { name }) },
    ...(codes !== undefined && set !== undefined && { shown: { codes, at: use.clock.now(), id: set } }),
    ...(error !== undefined && { error }),
  }
  use.showPage(ctx, 'enrol-codes', model, pageOptions(journey, statusOf(error)))
}
