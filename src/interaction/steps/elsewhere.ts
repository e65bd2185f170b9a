/**
 * A sign-in that is answered elsewhere: the person leaves by a link, and comes back to the callback of the connector with
 * an answer. In between it lies with the sign-in like any other question, so that nobody answers it twice or for another.
 */
import type { Returned } from '../../federation/federation.ts'
import { RateLimited } from '../../security/rate-limit/refusal.ts'
import { AppError } from '../../shared/app-error.ts'
import type { Outcome, SignIns } from '../../sign-in/types.ts'
import type { Journey, StepResult } from '../journey.ts'
import { loginOf, type PlaceUse, placeOf, UNMET } from './place.ts'
import { backWith, type ElsewhereError } from './show-sign-in.ts'

export interface ElsewhereUse extends PlaceUse {
  signIns: Pick<SignIns, 'challenge' | 'answer'>
}

/** Where the person goes, and by what the answer is known; undefined where this way can't be had now. */
export async function leave(
  use: ElsewhereUse,
  journey: Journey,
  slug: string,
): Promise<{ url: string; state: string } | undefined> {
  const asked = await use.signIns.challenge(await placeOf(use, journey), 'identity', slug)
  if (asked.kind !== 'chosen' || asked.challenge === null) return undefined
  const { url, state } = asked.challenge
  return { url: String(url), state: String(state) }
}

/** The result that ends the step; undefined where the browser was sent to the page that is next. */
export async function comeBack(
  use: ElsewhereUse,
  journey: Journey,
  returned: Returned,
): Promise<StepResult | undefined> {
  const { ctx, interaction } = journey
  const goOnAt = (path: string): undefined => {
    ctx.status = 303
    ctx.redirect(path)
  }
  const outcome = await use.signIns.answer(await placeOf(use, journey), 'identity', { returned })
  if (outcome.kind === 'wrong' && outcome.reason === 'issuer_mismatch')
    throw new AppError('bad_request', 'This answer comes from another place than it was asked for.', {
      detail: outcome.reason,
    })
  switch (outcome.kind) {
    case 'done':
      return { login: loginOf(outcome.signedIn) }
    case 'unmet':
      return UNMET
    case 'more':
    case 'enrol':
      return goOnAt(`/interaction/${interaction.uid}`)
    case 'refused':
      throw new RateLimited(outcome.refusal)
    case 'renewed':
      throw new Error('a refresh token in a sign-in by pages')
    case 'wrong':
    case 'busy':
    case 'not_offered':
      return goOnAt(backWith(interaction.uid, errorOf(outcome), returned.slug))
  }
}

function errorOf(outcome: Extract<Outcome, { kind: 'wrong' | 'busy' | 'not_offered' }>): ElsewhereError {
  if (outcome.kind !== 'wrong') return 'identity_failed'
  return FAULTS[outcome.reason] ?? 'identity_failed'
}

const FAULTS: Readonly<Record<string, ElsewhereError>> = {
  unknown: 'identity_unknown',
  declined: 'identity_declined',
  not_fresh: 'identity_stale',
}
