/** What was asked of somebody, and its answer: one question a method at a time, each answered a few times at most. */
import type { Challenge, Method } from '../methods/method.ts'
import { type Offered, personNamed, startOf } from './offer.ts'
import type { Question, SignInState } from './states.ts'
import type { At, SignInsUse } from './types.ts'

/** How old a question may be that is answered. */
const LIFE = 10 * 60 * 1000

type ChallengesUse = Pick<SignInsUse, 'states' | 'persons' | 'clock'>

/**
 * What a method has asked, or null where it asks nothing; undefined where it can't ask now. `shows`: its form is the one
 * that is shown from now on.
 */
export async function ask(
  use: ChallengesUse,
  at: At,
  method: Method,
  { policy, state: { username = '' }, as, person }: Offered,
  { shows }: { shows: boolean },
): Promise<Challenge['shown'] | null | undefined> {
  const { states, clock } = use
  const now = clock.now()
  // Who answers by something that says who they are is nobody yet, whatever was typed.
  const named = as === 'first' && method.identifies !== true ? await personNamed(use, username) : person
  const challenge = await method.challenge?.({ person: named, name: username, as, origin: at.origin, now })
  if (method.challenge !== undefined && challenge === undefined) return undefined
  await states.change(
    at.id,
    (state) => ({
      state: {
        // What another caller began is nothing.
        ...withChallenge(startOf(state, { binding: at.binding }, policy), method, challenge, now),
        ...(shows && { method: method.id }),
        ...(at.binding !== undefined && { binding: at.binding }),
      },
      result: true,
    }),
    at.life,
  )
  return challenge?.shown ?? null
}

function withChallenge(
  { challenges, ...state }: SignInState,
  { id, tries = 1 }: Method,
  challenge: Challenge | undefined,
  now: number,
): SignInState {
  const { [id]: _, ...others } = challenges ?? {}
  const next = challenge === undefined ? others : { ...others, [id]: { ...challenge, at: now, tries } }
  return { ...state, challenges: next }
}

/** For one answer: of any number at once no more get it than there are tries. Undefined where nothing was asked. */
export const take = (
  { states, clock }: Pick<ChallengesUse, 'states' | 'clock'>,
  at: At,
  { id, life = LIFE }: Method,
): Promise<Question | undefined> =>
  states.change(
    at.id,
    ({ challenges, ...state }) => {
      const { [id]: asked, ...others } = challenges ?? {}
      if (asked === undefined || clock.now() - asked.at > life || state.binding !== at.binding)
        return { result: undefined }
      const tries = asked.tries - 1
      const left = tries > 0 ? { ...others, [id]: { ...asked, tries } } : others
      return { state: { ...state, challenges: left }, result: asked }
    },
    at.life,
  )
