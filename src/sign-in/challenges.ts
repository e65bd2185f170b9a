/** What was asked of somebody, and its answer: one question a method at a time, each answered a few times at most. */
import type { JsonObject } from '../../adapters/contract.ts'
import type { Account } from '../accounts/account.ts'
import { about } from '../accounts/record-sign-in.ts'
import { createEvent } from '../audit/event.ts'
import type { Challenge, HowNew, Method } from '../methods/method.ts'
import { PENDING_LIFE } from '../methods/pending.ts'
import type { Refusal } from '../security/rate-limit/refusal.ts'
import type { SignInPolicy } from '../security/sign-in-policy/policy.ts'
import { CODE_LIFE, RESEND_AFTER } from '../shared/code-life.ts'
import { type Offered, personNamed, startOf } from './offer.ts'
import type { Question, SignInState } from './states.ts'
import type { At, Chosen, Posed, SignInsUse } from './types.ts'

type ChallengesUse = Pick<SignInsUse, 'states' | 'persons' | 'clock' | 'prompts' | 'record'>

export interface Asking {
  /** Its form is the one that is shown from now on. */
  shows: boolean
  /** Where, of what is answered elsewhere. */
  connector?: string | undefined
}

/** What a method has asked. */
export async function ask(
  use: ChallengesUse,
  at: At,
  method: Method,
  { policy, state: { username = '', challenges, anew }, as, person }: Offered,
  { shows, connector }: Asking,
): Promise<Chosen> {
  const now = use.clock.now()
  const before = challenges?.[method.id]
  const keep = (question: Challenge | Question | undefined): Promise<void> =>
    use.states.change(
      at.id,
      (state) => ({
        state: {
          // What another caller began is nothing.
          ...withChallenge(startOf(state, { binding: at.binding }, policy), method, question, now),
          ...(shows && { method: method.id }),
          ...(at.binding !== undefined && { binding: at.binding }),
        },
        result: undefined,
      }),
      at.life,
    )
  // Sent a moment ago: whoever presses twice wants one.
  if (method.sends && isOpen(before, method, now) && now - before.at < RESEND_AFTER) {
    await keep(before)
    return chosen(method, before.shown, before.at + RESEND_AFTER - now)
  }
  // Who answers by something that says who they are is nobody yet, whatever was typed.
  const named = as === 'first' && method.identifies !== true ? await personNamed(use, username) : person
  // Counted by what was typed before anything is proven, by the person afterwards: for them that is the same.
  const name = as === 'first' ? username : (person?.account.email ?? '')
  const refusal = method.sends && (await tooMany(use, at, method, { name, account: named?.account, now }))
  if (refusal) return { kind: 'refused', refusal }
  const challenge = await method.challenge?.({
    ...{ person: named, name: username, as, origin: at.origin, now },
    ...{ connector, howNew: howNewFor(at, policy, anew) },
  })
  if (method.challenge !== undefined && challenge === undefined) return { kind: 'unavailable' }
  await keep(challenge)
  return chosen(method, challenge?.shown, RESEND_AFTER)
}

/** Nothing but the session's end where nobody asks for more. */
function howNewFor({ wanted }: At, { sessionLength }: SignInPolicy, anew = false): HowNew | undefined {
  const asked = [wanted.maxAge, anew ? PENDING_LIFE / 1000 : undefined].filter((age) => age !== undefined)
  const all = [...asked, ...(sessionLength === undefined ? [] : [Math.floor(sessionLength / 1000)])]
  return all.length === 0 ? undefined : { maxAge: Math.min(...all), strict: asked.length > 0 }
}

const chosen = (method: Method, shown: JsonObject | undefined, again: number): Chosen => ({
  ...{ kind: 'chosen', challenge: shown ?? null },
  again: method.sends ? again : undefined,
})

/** For everybody alike; where it was the person who had too many, whoever asked, they are told. */
async function tooMany(
  { prompts, record }: ChallengesUse,
  { origin }: At,
  { id: method }: Method,
  { name, account, now }: { name: string; account: Account | undefined; now: number },
): Promise<Refusal | undefined> {
  const prompted = await prompts.refusal(origin.ip ?? '', name)
  if (prompted?.tooManyFor === 'person') {
    const { client, device: _, ...from } = origin
    const who = account === undefined ? { client } : { ...about(origin, account), actor: undefined }
    await record(createEvent(from, { type: 'login.codes_suppressed', ...who, details: { method } }, now))
  }
  return prompted?.refusal
}

function withChallenge(
  { challenges, ...state }: SignInState,
  { id, tries = 1 }: Method,
  challenge: Challenge | Question | undefined,
  now: number,
): SignInState {
  const { [id]: _, ...others } = challenges ?? {}
  const next = challenge === undefined ? others : { ...others, [id]: { at: now, tries, ...challenge } }
  return { ...state, challenges: next }
}

/** What may still be answered. */
const isOpen = (asked: Question | undefined, { life = CODE_LIFE }: Method, now: number): asked is Question =>
  asked !== undefined && asked.tries > 0 && now - asked.at <= life

/** What the page is told. */
export function posed(asked: Question | undefined, method: Method, now: number): Posed {
  const isAsked = isOpen(asked, method, now)
  const again = isAsked && method.sends ? Math.max(0, asked.at + RESEND_AFTER - now) : undefined
  return {
    challenge: isAsked ? asked.shown : undefined,
    again,
    unsent: method.sends === true && !isAsked,
  }
}

/** For one answer: of any number at once no more get it than there are tries. Undefined where nothing was asked. */
export const take = (
  { states, clock }: Pick<ChallengesUse, 'states' | 'clock'>,
  at: At,
  method: Method,
): Promise<Question | undefined> =>
  states.change(
    at.id,
    ({ challenges, ...state }) => {
      const { [method.id]: asked, ...others } = challenges ?? {}
      if (!isOpen(asked, method, clock.now()) || state.binding !== at.binding) return { result: undefined }
      // Where there was one try, whoever took it has it alone.
      const isOver = (method.tries ?? 1) === 1
      const left = isOver ? others : { ...others, [method.id]: { ...asked, tries: asked.tries - 1 } }
      return { state: { ...state, challenges: left }, result: asked }
    },
    at.life,
  )

/** Whether the question that somebody has answered is the one that is asked: a right answer takes it away. */
export const isSame = (
  taken: Question | undefined,
  present: Question | undefined,
  { tries = 1 }: Method,
): boolean =>
  taken === undefined || tries === 1 || JSON.stringify(taken.kept) === JSON.stringify(present?.kept)
