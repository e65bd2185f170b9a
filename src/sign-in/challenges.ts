/** What was asked of somebody, and its answer: one question at a time, each answered a few times at most. */
import type { Asked, Challenge, Method } from '../methods/method.ts'
import type { SignInState } from './states.ts'
import type { At, SignInsUse } from './types.ts'

/** How old a question may be that is answered. */
const LIFE = 10 * 60 * 1000

type ChallengesUse = Pick<SignInsUse, 'states' | 'clock'>

/** Shows another method, with what it has asked. False where it can't ask now. */
export async function ask(
  { states, clock }: ChallengesUse,
  at: At,
  method: Method,
  asked: Omit<Asked, 'kept' | 'now'>,
): Promise<boolean> {
  const now = clock.now()
  const challenge = await method.challenge?.({ ...asked, now })
  if (method.challenge !== undefined && challenge === undefined) return false
  await states.change(
    at.id,
    (state) => ({
      state: { ...withChallenge(state, method, challenge, now), method: method.id },
      result: true,
    }),
    at.life,
  )
  return true
}

function withChallenge(
  { challenge: _, ...state }: SignInState,
  { id, tries = 1 }: Method,
  challenge: Challenge | undefined,
  now: number,
): SignInState {
  return challenge === undefined
    ? state
    : { ...state, challenge: { ...challenge, method: id, at: now, tries } }
}

/** For one answer: of any number at once no more get it than there are tries. Undefined where nothing was asked. */
export const take = (
  { states, clock }: ChallengesUse,
  at: At,
  method: Method,
): Promise<SignInState['challenge']> =>
  states.change(
    at.id,
    ({ challenge, ...state }) => {
      const good = challenge?.method === method.id && clock.now() - challenge.at <= LIFE
      if (!good) return { result: undefined }
      const left = challenge.tries - 1
      return {
        state: left > 0 ? { ...state, challenge: { ...challenge, tries: left } } : state,
        result: challenge,
      }
    },
    at.life,
  )
