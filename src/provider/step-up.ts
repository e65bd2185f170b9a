/**
 * A refresh of which a rule of risk says `step_up` (docs/risk.md). Where the person's own browser or app is the client, they
 * have to prove again who they are before anything changes; once they did, whoever looks like them goes on.
 */
import { errors, type KoaContextWithOIDC } from 'oidc-provider'
import type { ArtifactStore } from '../../adapters/contract.ts'
import type { Tell } from '../audit/request-events.ts'
import { FIRST_PARTY } from '../clients/client.ts'
import type { InsideRequests } from './inside-requests.ts'
import { aboutGrant } from './listening.ts'
import { differencesOf } from './party.ts'
import type { PresentedToken } from './refresh-commit.ts'
import { orUnavailable } from './unavailable.ts'

export interface StepUpUse {
  artifacts: Pick<ArtifactStore, 'get' | 'put'>
  inside: Pick<InsideRequests, 'isProven' | 'note'>
  tell: Tell
}

export interface StepUps {
  /** Whether the person has to prove something first. `who`: `partyOf` the request. */
  isDue(ctx: KoaContextWithOIDC, presented: PresentedToken, who: string): Promise<boolean>
  /** What such a request is answered. */
  refusal(ctx: KoaContextWithOIDC, presented: PresentedToken): Error
}

const MODEL = 'SteppedUp'

export function createStepUps({ artifacts, inside, tell }: StepUpUse): StepUps {
  const keyOf = ({ under, grantId }: PresentedToken): string => under.key(MODEL, grantId)
  return {
    isDue: async (ctx, presented, who) => {
      // A client that is a server calls from where it stands, which says nothing of the person.
      if (ctx.oidc.client?.clientAuthMethod !== 'none') return false
      const { grant } = presented
      if (inside.isProven(ctx.req)) {
        const event = tell(ctx, { type: 'session.raised', ...aboutGrant(grant) })
        const proven = { payload: { who }, expiresIn: grant.family?.endsIn ?? 0 }
        await orUnavailable(artifacts.put(MODEL, keyOf(presented), proven, event))
        return false
      }
      const proven = await orUnavailable(artifacts.get(MODEL, keyOf(presented)))
      const known = proven?.payload['who']
      return typeof known !== 'string' || differencesOf(known, who).length > 0
    },
    refusal: (ctx, { grant }) => {
      inside.note(ctx.req, 'step_up', grant.account)
      if (grant.client === FIRST_PARTY) return new errors.InvalidGrant('more has to be proven')
      return new errors.CustomOIDCProviderError(
        'interaction_required',
        'the person has to sign in again; the refresh token is as good as before',
      )
    },
  }
}
