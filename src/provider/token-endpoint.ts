/**
 * The commit at the end of a token request. The library has checked everything and its writes are collected; here they
 * happen in one atomic step of the store, or not at all: a code is redeemed exactly once, a refresh token rotates by the
 * rule, and an error on the way has burnt nothing.
 */
import type { IncomingMessage } from 'node:http'
import { errors, type KoaContextWithOIDC, type Provider } from 'oidc-provider'
import type { Grant, GrantStore, StoredEvent } from '../../adapters/contract.ts'
import type { Inbox } from '../audit/inbox-repository.ts'
import type { Tell } from '../audit/request-events.ts'
import type { ClientTokens } from './client-tokens.ts'
import { provenKey, wrapGrantHandler } from './internals.ts'
import type { Reports } from './reports.ts'
import { judge, keyOf, usesToKeep, type Verdict } from './rotation.ts'
import type { TokenRequest, TokenRequests } from './token-request.ts'
import { inLibraryTerms, orUnavailable, unavailable } from './unavailable.ts'

export interface TokenEndpointUse {
  store: GrantStore
  requests: TokenRequests
  tell: Tell
  /** For what changes nothing in the store. */
  keepEvent: (event: StoredEvent) => Promise<void>
  clientTokens: ClientTokens
  /** For what is kept nowhere: a client's own signed token has no need of the store. */
  eventInbox: Inbox
  reports: Reports
  window: number
  refreshTokenExp: number
  refreshFamilyExp: number
  accessTokenExp: number
  endWhatReuseEnds: (ctx: KoaContextWithOIDC, grantKey: string, grant: Grant, number: number) => Promise<void>
  noteVerdict: (req: IncomingMessage, verdict: Verdict) => void
  /** Has the person told: once, however many nodes see the reuse. Never rejects. */
  tellOfReuse: (grantKey: string, grant: Grant) => Promise<void>
}

/** A request older than this has no listener any more: its verdict would hit somebody who has long gone on. */
const HEARD_FOR = 5000
/** Each lost swap means that another request won, so a few rounds are always enough. */
const ROUNDS = 5

export function commitTokenRequests(provider: Provider, use: TokenEndpointUse): void {
  wrapGrantHandler(provider, 'authorization_code', (original) => async (ctx) => {
    try {
      await original(ctx)
    } catch (error) {
      const request = use.requests.of(ctx)
      if (request?.replayedAfter !== undefined) await answerReplay(use, ctx, request)
      throw error
    }
    await redeem(use, ctx, markBound(ctx, collected(use, ctx)))
  })
  wrapGrantHandler(provider, 'refresh_token', (original) => async (ctx) => {
    await original(ctx)
    refuseUnbound(ctx, collected(use, ctx))
    await rotate(use, ctx, collected(use, ctx))
  })
  wrapGrantHandler(provider, 'client_credentials', (original) => async (ctx) => {
    await original(ctx)
    const event = use.clientTokens.notKept(ctx)
    if (event !== undefined) await orUnavailable(use.eventInbox.takeIn([event]))
  })
}

function collected(use: TokenEndpointUse, ctx: KoaContextWithOIDC): TokenRequest {
  const request = use.requests.of(ctx)
  if (request === undefined) throw new Error('the library answered a token request without reading its grant')
  return request
}

/** RFC 6749 §4.1.2: a code used twice also ends what it brought, unless it is a page that ran its callback twice. */
async function answerReplay(
  use: TokenEndpointUse,
  ctx: KoaContextWithOIDC,
  request: TokenRequest,
): Promise<void> {
  const harmless = request.proven && (request.replayedAfter ?? 0) < use.window
  const details = { revoked: !harmless }
  const event = use.tell(ctx, { type: 'code.replayed', ...aboutGrant(request.grant), details })
  const kept = !harmless && (await orUnavailable(use.store.revoke(request.grantKey, event)))
  if (!kept) await orUnavailable(use.keepEvent(event))
  use.reports.codeReplayed(ctx, request.grant, { revoked: !harmless })
}

async function redeem(use: TokenEndpointUse, ctx: KoaContextWithOIDC, request: TokenRequest): Promise<void> {
  const { grant, grantKey, family, token, source } = request
  if (source.kind !== 'code') throw new Error('a code was exchanged that nobody presented')
  const outcome = await orUnavailable(
    use.store.redeem(grantKey, {
      ...{ account: grant.account, client: grant.client, session: grant.session },
      codeKey: source.codeKey,
      grantExpiresIn: family === undefined ? use.accessTokenExp + HEARD_FOR : use.refreshFamilyExp,
      ...(token === undefined ? {} : { token }),
      ...(family === undefined
        ? {}
        : {
            family: {
              payload: family.payload,
              currentExpiresIn: use.refreshTokenExp,
              endsIn: use.refreshFamilyExp,
            },
          }),
      notAfter: heardUntil(ctx, grant),
      event: issued(use, ctx, grant),
    }),
  )
  if (outcome === 'redeemed') return
  if (outcome === 'unheard') throw refuseUnheard(use, ctx)
  delete ctx.body
  if (outcome === 'consumed') await answerReplay(use, ctx, { ...request, replayedAfter: 0, proven: true })
  throw new errors.InvalidGrant(`code ${outcome}`)
}

async function rotate(use: TokenEndpointUse, ctx: KoaContextWithOIDC, request: TokenRequest): Promise<void> {
  const { grantKey, source } = request
  if (source.kind !== 'refresh') throw new Error('a refresh token was rotated that nobody presented')
  let grant = request.grant
  for (let round = 0; round < ROUNDS; round++) {
    const verdict = verdictOn(use, grant, source.number)
    if (verdict === 'repeat') {
      const { token } = request
      const event = refreshed(use, ctx, grant, { number: source.number + 1, repeat: true })
      if (token !== undefined && !(await orUnavailable(use.store.addToken(grantKey, token, event)))) break
      use.reports.refreshed(ctx, grant, 'repeat')
      return
    }
    if (verdict !== 'rotate') {
      delete ctx.body
      await refuse(use, ctx, grantKey, grant, source.number)
      throw new errors.InvalidGrant(`refresh token ${verdict}`)
    }
    const outcome = await orUnavailable(
      use.store.rotate(grantKey, {
        expected: source.number,
        keep: usesToKeep(grant.family?.uses ?? [], grant.readAt, use.window),
        currentExpiresIn: use.refreshTokenExp,
        ...(request.token === undefined ? {} : { token: request.token }),
        notAfter: heardUntil(ctx, request.grant),
        event: refreshed(use, ctx, grant, { number: source.number + 1, repeat: false }),
      }),
    )
    if (outcome.status === 'rotated') {
      use.reports.refreshed(ctx, grant, 'rotated')
      return
    }
    if (outcome.status === 'unheard') throw refuseUnheard(use, ctx)
    if (outcome.status === 'gone') break
    grant = outcome.grant
  }
  delete ctx.body
  use.reports.refreshRefused(ctx, grant, 'invalid')
  throw new errors.InvalidGrant('the family has ended')
}

const aboutGrant = ({ account: subject, client, session }: Grant) => ({
  ...{ subject, client, session },
  actor: `client:${client}`,
})

function issued({ tell }: TokenEndpointUse, ctx: KoaContextWithOIDC, grant: Grant): StoredEvent {
  const { scope } = ctx.body as { scope?: unknown }
  const details = { grant_type: 'authorization_code', scope: typeof scope === 'string' ? scope : '' }
  return tell(ctx, { type: 'token.issued', ...aboutGrant(grant), details })
}

const refreshed = (
  { tell }: TokenEndpointUse,
  ctx: KoaContextWithOIDC,
  grant: Grant,
  details: { number: number; repeat: boolean },
): StoredEvent => tell(ctx, { type: 'token.refreshed', ...aboutGrant(grant), details })

const verdictOn = ({ window }: TokenEndpointUse, grant: Grant, number: number): Verdict =>
  grant.family === undefined ? 'expired' : judge({ family: grant.family, number, now: grant.readAt, window })

/**
 * What follows from a verdict that refuses. Also called as soon as the token is found, so that reuse is answered
 * whatever else is wrong with the request, provided that the client is the family's own.
 */
export async function refuse(
  use: TokenEndpointUse,
  ctx: KoaContextWithOIDC,
  grantKey: string,
  grant: Grant,
  number: number,
): Promise<void> {
  const verdict = verdictOn(use, grant, number)
  if (grant.client !== ctx.oidc.client?.clientId)
    return use.reports.refreshRefused(ctx, grant, 'client_mismatch')
  if (!(await hasItsKey(ctx, grant))) return use.reports.refreshRefused(ctx, grant, 'key_mismatch')
  use.noteVerdict(ctx.req, verdict)
  if (verdict === 'reuse') {
    if (gone(ctx)) throw refuseUnheard(use, ctx)
    try {
      // At once: neither must wait for the other's store, and what ended by half has to be told as well.
      await Promise.all([
        use.endWhatReuseEnds(ctx, grantKey, grant, number),
        use.tellOfReuse(grantKey, grant),
      ])
    } catch (error) {
      throw inLibraryTerms(error)
    }
    return use.reports.refreshReused(ctx, grant, number)
  }
  return use.reports.refreshRefused(
    ctx,
    grant,
    verdict === 'late' || verdict === 'ahead' ? verdict : 'invalid',
  )
}

/** Only who has the key of a bound family can be one of the two parties that reuse speaks of. */
async function hasItsKey(ctx: KoaContextWithOIDC, { family }: Grant): Promise<boolean> {
  const key = family === undefined ? undefined : keyOf(family)
  return key === undefined || key === (await provenKey(ctx))
}

/**
 * The library binds the refresh tokens of public clients to their key. Confidential clients may change keys (RFC 9449
 * §5), but what began with a proof never goes on without one.
 */
function markBound(ctx: KoaContextWithOIDC, request: TokenRequest): TokenRequest {
  if (request.family !== undefined && isBound(ctx)) request.family.payload['bound'] = true
  return request
}

function refuseUnbound(ctx: KoaContextWithOIDC, { grant }: TokenRequest): void {
  if (grant.family?.payload['bound'] !== true || isBound(ctx)) return
  delete ctx.body
  throw new errors.InvalidGrant('the grant began with a DPoP proof')
}

const isBound = ({ oidc }: KoaContextWithOIDC): boolean => oidc.entities.AccessToken?.jkt !== undefined

const gone = (ctx: KoaContextWithOIDC): boolean => ctx.req.socket.destroyed || ctx.res.destroyed

const heardUntil = (ctx: KoaContextWithOIDC, grant: Grant): number =>
  gone(ctx) ? 0 : grant.readAt + HEARD_FOR

function refuseUnheard(use: TokenEndpointUse, ctx: KoaContextWithOIDC): Error {
  delete ctx.body
  use.reports.unheard(ctx)
  return unavailable('no listener', 'the request took too long, send it again')
}
