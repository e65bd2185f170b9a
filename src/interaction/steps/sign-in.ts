/**
 * Sign-in, one question a page: who, then how, then how else. What was answered lies with the sign-in (`src/sign-in`), so
 * that going back, or to the address again, shows what is still to do.
 */
import type { SignInError } from '../../pages/models.ts'
import { minutesOf, type Refusal, refusalHeaders } from '../../security/rate-limit/refusal.ts'
import type { At, Outcome, SignIns, View } from '../../sign-in/types.ts'
import { again, type Journey, type Step, type StepResult } from '../journey.ts'
import { type EnrolUse, showEnrolment, submitEnrolment } from './enrol.ts'
import { loginOf, type PlaceUse, placeOf, UNMET } from './place.ts'
import { type ShowSignInUse, showSignIn } from './show-sign-in.ts'

export interface SignInUse extends PlaceUse, ShowSignInUse, EnrolUse {
  signIns: SignIns
}

type Form = Record<string, string>
type Submitted = Promise<StepResult | undefined>

export function createSignIn(use: SignInUse): Step {
  return {
    show: async (journey) => {
      const at = await placeOf(use, journey)
      const view = await use.signIns.view(at)
      if (view.step === 'unmet') return UNMET
      return showStep(use, { journey, at, form: {} }, view)
    },
    submit: async (journey, form) => {
      const submission = { journey, at: await placeOf(use, journey), form }
      if (!use.csrf.check(journey.interaction.uid, form['csrf']))
        return showAgain(use, submission, { kind: 'forbidden' })
      return take(use, submission)
    },
  }
}

interface Submission {
  journey: Journey
  at: At
  form: Form
}

const showStep = (use: SignInUse, { journey, at, form }: Submission, view: View, error?: SignInError) =>
  view.step === 'enrol' || view.step === 'codes'
    ? showEnrolment(use, { journey, at }, view, error)
    : showSignIn(use, journey, view, { form, ...(error && { error }) })

/** The step that the sign-in is at, which says what is wrong. */
const showAgain = async (use: SignInUse, submission: Submission, error: SignInError) =>
  showStep(use, submission, await use.signIns.view(submission.at), error)

/** By what the form brings: an answer, another method, another person, or a name. */
async function take(use: SignInUse, submission: Submission): Submitted {
  const { signIns } = use
  const { journey, at, form } = submission
  const { method, code, response, username, action } = form
  if (action === 'restart') {
    await signIns.restart(at)
    return again(journey)
  }
  // Where something is to be added nothing is offered: the page's script asks for something else by the same words.
  const asked =
    action === 'challenge' && method !== undefined ? await signIns.challenge(at, method) : undefined
  if (asked !== undefined && asked.kind !== 'not_offered') return tell(journey, asked)
  // Who has a name to say is at the beginning.
  const view = username === undefined ? await signIns.view(at) : undefined
  if (view?.step === 'enrol' || view?.step === 'codes') {
    const outcome = await submitEnrolment(use, submission, view)
    return outcome && conclude(use, submission, outcome)
  }
  if (asked !== undefined) return tell(journey, asked)
  if (code !== undefined || response !== undefined)
    return conclude(use, submission, await answerOf(signIns, submission, view))
  if (method !== undefined) {
    const chosen = await signIns.choose(at, method)
    if (chosen.kind === 'chosen') return again(journey)
    if (chosen.kind !== 'refused') return showAgain(use, submission, { kind: chosen.kind })
    journey.ctx.set(refusalHeaders(chosen.refusal))
    return showAgain(use, submission, tooMany(chosen.refusal))
  }
  if (username === undefined || username === '') return showAgain(use, submission, { kind: 'missing' })
  return named(use, submission, username)
}

/** For the page's script, which asks without leaving the page. */
function tell({ ctx }: Journey, asked: Awaited<ReturnType<SignIns['challenge']>>): undefined {
  ctx.status = asked.kind === 'chosen' ? 200 : 400
  ctx.set('cache-control', 'no-store')
  ctx.body = asked.kind === 'chosen' ? { challenge: asked.challenge } : { error: asked.kind }
}

/** `known`: the step that the sign-in is at, where that was asked already. */
async function answerOf(signIns: SignIns, { at, form }: Submission, known?: View): Promise<Outcome> {
  const view = known ?? (await signIns.view(at))
  const shown = view.step === 'first' || view.step === 'second' ? view.method : 'passkey'
  const checked = form['remember'] === 'on'
  return signIns.answer(at, form['method'] ?? shown, {
    code: form['code'],
    response: form['response'],
    ...(view.step === 'second' ? { trust: checked } : { remember: checked }),
  })
}

/** A name, with its password or before it. */
async function named(use: SignInUse, submission: Submission, username: string): Submitted {
  const { journey, at, form } = submission
  const { password } = form
  const remember = form['remember'] === 'on'
  if (password === undefined || password === '') {
    await use.signIns.name(at, username, remember)
    if (password === undefined) return again(journey)
    return showAgain(use, submission, { kind: 'missing' })
  }
  const outcome = await use.signIns.answer(at, 'password', { username, password, remember })
  const isOver = ['done', 'more', 'enrol', 'unmet'].includes(outcome.kind)
  if (!isOver) await use.signIns.name(at, username, remember)
  return conclude(use, submission, outcome)
}

async function conclude(use: SignInUse, submission: Submission, outcome: Outcome): Submitted {
  const { journey, at } = submission
  if (outcome.kind === 'done') return { login: loginOf(outcome.signedIn) }
  if (outcome.kind === 'more' || outcome.kind === 'enrol') return again(journey)
  if (outcome.kind === 'unmet') return UNMET
  if (outcome.kind === 'renewed') throw new Error('a refresh token in a sign-in by pages')
  if (outcome.kind === 'refused') journey.ctx.set(refusalHeaders(outcome.refusal))
  const view = await use.signIns.view(at)
  return showStep(use, submission, view, errorOf(outcome, view))
}

type Failed = Exclude<Outcome, { kind: 'done' | 'renewed' | 'more' | 'enrol' | 'unmet' }>

function errorOf(outcome: Failed, view: View): SignInError {
  if (outcome.kind === 'refused') return tooMany(outcome.refusal)
  if (outcome.kind !== 'wrong') return { kind: outcome.kind }
  if (outcome.method === 'passkey') return { kind: 'wrong_passkey' }
  if (view.step === 'second') return { kind: outcome.reason === 'replayed' ? 'used_code' : 'wrong_code' }
  return { kind: outcome.method === 'password' ? 'invalid_credentials' : 'wrong_answer' }
}

const tooMany = (refusal: Refusal): SignInError => ({ kind: 'busy', minutes: minutesOf(refusal) })
