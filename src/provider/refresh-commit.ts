/**
 * A refresh at its commit: the rule is asked again, and what it says happens in one step of the store, together with
 * the access token, or not at all. A verdict that refuses is carried out as soon as it is found.
 */
import { errors, type KoaContextWithOIDC } from 'oidc-provider'
import type { Grant, GrantStore, StoredEvent } from '../../adapters/contract.ts'
import type { Tell } from '../audit/request-events.ts'
import { type Assessment, assess, toAssessed } from '../security/risk/assess.ts'
import type { Policy } from '../security/risk/registry.ts'
import type { Pepper } from './handles.ts'
import type { InsideRequests } from './inside-requests.ts'
import { provenKey } from './internals.ts'
import { aboutGrant, gone, heardUntil } from './listening.ts'
import type { Lives } from './living.ts'
import { type PartyUse, partyOf, readTrace, withPast } from './party.ts'
import { birthOf, knownOfRefresh } from './refresh-known.ts'
import type { Reports } from './reports.ts'
import type { EndWhatReuseEnds } from './reuse.ts'
import { type Answered, isAnswered, judge, keyOf, moveFor, type Verdict } from './rotation.ts'
import type { StepUps } from './step-up.ts'
import type { TokenRequest } from './token-request.ts'
import { type RefreshLives, refreshLivesOf } from './ttl.ts'
import { orUnavailable, unavailable } from './unavailable.ts'

export interface RefreshCommitUse extends PartyUse, RefreshLives {
  store: Pick<GrantStore, 'rotate'>
  tell: Tell
  /** For what changes nothing in the store. */
  keepEvent: (event: StoredEvent) => Promise<void>
  reports: Reports
  lives: Lives
  window: number
  endWhatReuseEnds: EndWhatReuseEnds
  noteVerdict: InsideRequests['note']
  findRiskPolicy: () => Promise<Policy>
  stepUps: StepUps
}

/** A refresh token, and the grant that it was found in. */
export interface PresentedToken {
  grantId: string
  grantKey: string
  under: Pepper
  grant: Grant
  number: number
}

/** Each lost swap means that another request won, so a few rounds are always enough. */
const ROUNDS = 5

export const createVerdictOn =
  (window: number) =>
  (grant: Grant, number: number): Verdict =>
    grant.family === undefined
      ? 'expired'
      : judge({ ...grant, family: grant.family, number, now: grant.readAt, window })

export async function commitRefresh(
  use: RefreshCommitUse,
  ctx: KoaContextWithOIDC,
  request: TokenRequest,
): Promise<void> {
  const { source, ...rest } = request
  if (source.kind !== 'refresh') throw new Error('a refresh token was rotated that nobody presented')
  const presented: PresentedToken = { ...rest, number: source.number }
  const who = await whoIs(use, ctx, request.under)
  const { refreshTokenExp } = refreshLivesOf(use, ctx.oidc.client)
  const policy = await orUnavailable(use.findRiskPolicy())
  for (let round = 0; round < ROUNDS; round++) {
    const { grant, number } = presented
    const verdict = createVerdictOn(use.window)(grant, number)
    if (!isAnswered(verdict)) {
      delete ctx.body
      await refuse(use, ctx, presented)
      throw new errors.InvalidGrant(`refresh token ${verdict}`)
    }
    const assessment = weigh(use, ctx, { ...presented, verdict, who, policy })
    if (assessment.outcome === 'deny') throw await denied(use, ctx, grant, assessment)
    if (assessment.outcome === 'step_up' && (await use.stepUps.isDue(ctx, presented, who)))
      throw await askedForMore(use, ctx, presented, assessment)
    const past = readTrace(grant.family?.uses[0]?.who, birthOf(grant))
    const outcome = await orUnavailable(
      use.store.rotate(request.grantKey, {
        ...moveFor({ verdict, grant, number, who: withPast(who, past), window: use.window }),
        currentExpiresIn: refreshTokenExp,
        ...(request.token === undefined ? {} : { token: request.token }),
        notAfter: heardUntil(ctx, request.grant),
        event: refreshed(use, ctx, grant, number, verdict),
        ...(assessment.spoke.length > 0 && { noticed: noticed(use, ctx, grant, assessment) }),
      }),
    )
    if (outcome.status === 'rotated') {
      use.reports.refreshed(ctx, grant, verdict === 'rotate' ? 'rotated' : verdict)
      if (assessment.spoke.length > 0) use.reports.noticed(ctx, grant, assessment)
      return
    }
    if (outcome.status === 'unheard') throw refuseUnheard(use, ctx)
    if (outcome.status === 'gone' || !(await orUnavailable(use.lives(request.grantKey, outcome.grant)))) break
    presented.grant = outcome.grant
  }
  delete ctx.body
  use.reports.refreshRefused(ctx, presented.grant, 'invalid')
  throw new errors.InvalidGrant('the family has ended')
}

/**
 * What follows from a verdict that refuses. Also called as soon as the token is found, so that reuse is answered
 * whatever else is wrong with the request, provided that the client is the family's own.
 */
export async function refuse(
  use: RefreshCommitUse,
  ctx: KoaContextWithOIDC,
  presented: PresentedToken,
): Promise<void> {
  const { grant, number } = presented
  const verdict = createVerdictOn(use.window)(grant, number)
  if (grant.client !== ctx.oidc.client?.clientId)
    return use.reports.refreshRefused(ctx, grant, 'client_mismatch')
  if (!(await hasItsKey(ctx, grant))) return use.reports.refreshRefused(ctx, grant, 'key_mismatch')
  use.noteVerdict(ctx.req, verdict)
  if (verdict === 'reuse') return endReused(use, ctx, presented)
  use.reports.refreshRefused(ctx, grant, verdict === 'late' || verdict === 'ahead' ? verdict : 'invalid')
  const who = await whoIs(use, ctx, presented.under)
  const policy = await orUnavailable(use.findRiskPolicy())
  await noticeAlone(use, ctx, grant, weigh(use, ctx, { ...presented, verdict, who, policy }))
}

/** Of two that see it at once, one has found it; the other finds a family that has ended. */
async function endReused(
  use: RefreshCommitUse,
  ctx: KoaContextWithOIDC,
  { grantKey, grant, number }: PresentedToken,
): Promise<void> {
  const outcome = gone(ctx)
    ? 'unheard'
    : await orUnavailable(use.endWhatReuseEnds(ctx, grantKey, grant, number, heardUntil(ctx, grant)))
  if (outcome === 'revoked') return use.reports.refreshReused(ctx, grant, number)
  if (outcome === 'gone') return use.reports.refreshRefused(ctx, grant, 'invalid')
  const details = { number }
  const event = use.tell(ctx, { type: 'token.reuse_ignored', ...aboutGrant(grant), details })
  await orUnavailable(use.keepEvent(event))
  throw refuseUnheard(use, ctx)
}

interface Weighed {
  verdict: Verdict
  grant: Grant
  number: number
  who: string
  policy: Policy
}

function weigh(use: RefreshCommitUse, ctx: KoaContextWithOIDC, { policy, ...refresh }: Weighed): Assessment {
  const { refreshFamilyExp: familyLife } = refreshLivesOf(use, ctx.oidc.client)
  const about = use.aboutAddress(use.addressOf(ctx.req))
  return assess(knownOfRefresh({ ...refresh, about, familyLife }), policy)
}

const noticed = (
  { tell }: RefreshCommitUse,
  ctx: KoaContextWithOIDC,
  grant: Grant,
  assessment: Assessment,
): StoredEvent => tell(ctx, { type: 'risk.noticed', ...aboutGrant(grant), details: toAssessed(assessment) })

/** Of what changes nothing. */
async function noticeAlone(
  use: RefreshCommitUse,
  ctx: KoaContextWithOIDC,
  grant: Grant,
  assessment: Assessment,
): Promise<void> {
  if (assessment.spoke.length === 0) return
  use.reports.noticed(ctx, grant, assessment)
  await orUnavailable(use.keepEvent(noticed(use, ctx, grant, assessment)))
}

/** The token is good, and stays so: nothing was written. */
async function denied(
  use: RefreshCommitUse,
  ctx: KoaContextWithOIDC,
  grant: Grant,
  assessment: Assessment,
): Promise<Error> {
  delete ctx.body
  use.noteVerdict(ctx.req, 'denied')
  use.reports.refreshRefused(ctx, grant, 'denied')
  await noticeAlone(use, ctx, grant, assessment)
  return new errors.InvalidGrant('denied by the risk policy')
}

/** So it is where more has to be proven. */
async function askedForMore(
  use: RefreshCommitUse,
  ctx: KoaContextWithOIDC,
  presented: PresentedToken,
  assessment: Assessment,
): Promise<Error> {
  delete ctx.body
  use.reports.refreshRefused(ctx, presented.grant, 'step_up')
  await noticeAlone(use, ctx, presented.grant, assessment)
  return use.stepUps.refusal(ctx, presented)
}

const whoIs = async (use: PartyUse, ctx: KoaContextWithOIDC, under: Pepper): Promise<string> =>
  partyOf(use, under, ctx.req, await provenKey(ctx))

function refreshed(
  { tell }: RefreshCommitUse,
  ctx: KoaContextWithOIDC,
  grant: Grant,
  number: number,
  verdict: Answered,
): StoredEvent {
  const behind = verdict === 'behind' ? { behind: true as const } : {}
  const details = { number: number + 1, repeat: verdict === 'repeat', ...behind }
  return tell(ctx, { type: 'token.refreshed', ...aboutGrant(grant), details })
}

/** Only who has the key of a bound family can be one of the two parties that reuse speaks of. */
async function hasItsKey(ctx: KoaContextWithOIDC, { family }: Grant): Promise<boolean> {
  const key = family === undefined ? undefined : keyOf(family)
  return key === undefined || key === (await provenKey(ctx))
}

export function refuseUnheard(use: Pick<RefreshCommitUse, 'reports'>, ctx: KoaContextWithOIDC): Error {
  delete ctx.body
  use.reports.unheard(ctx)
  return unavailable('no listener', 'the request took too long, send it again')
}
