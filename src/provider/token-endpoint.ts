/**
 * The commit at the end of a token request. The library has checked everything and its writes are collected; here they
 * happen in one atomic step of the store, or not at all: a code is redeemed exactly once, a refresh token rotates by the
 * rule, and an error on the way has burnt nothing.
 */
import { errors, type KoaContextWithOIDC, type Provider } from 'oidc-provider'
import type { Grant, GrantStore, StoredEvent } from '../../adapters/contract.ts'
import type { Inbox } from '../audit/inbox-repository.ts'
import type { ClientTokens } from './client-tokens.ts'
import { wrapGrantHandler } from './internals.ts'
import { aboutGrant, HEARD_FOR, heardUntil } from './listening.ts'
import { traceOf } from './party.ts'
import { commitRefresh, type RefreshCommitUse, refuseUnheard } from './refresh-commit.ts'
import type { TokenRequest, TokenRequests } from './token-request.ts'
import { refreshLivesOf } from './ttl.ts'
import { orUnavailable } from './unavailable.ts'

export interface TokenEndpointUse extends RefreshCommitUse {
  store: GrantStore
  requests: TokenRequests
  clientTokens: ClientTokens
  /** What a code brought has ended: said where it is never forgotten, too. */
  onEnd: (grantKey: string, grant: Grant, event: StoredEvent) => Promise<unknown>
  /** For what is kept nowhere: a client's own signed token has no need of the store. */
  eventInbox: Inbox
  accessTokenExp: number
}

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
    await commitRefresh(use, ctx, collected(use, ctx))
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
  const outcome = harmless
    ? 'gone'
    : await orUnavailable(use.store.revokeUntil(request.grantKey, event, heardUntil(ctx, request.grant)))
  if (outcome === 'unheard') throw refuseUnheard(use, ctx)
  if (outcome === 'gone') await orUnavailable(use.keepEvent(event))
  else await orUnavailable(use.onEnd(request.grantKey, request.grant, event))
  use.reports.codeReplayed(ctx, request.grant, { revoked: !harmless })
}

async function redeem(use: TokenEndpointUse, ctx: KoaContextWithOIDC, request: TokenRequest): Promise<void> {
  const { grant, grantKey, family, token, source } = request
  if (source.kind !== 'code') throw new Error('a code was exchanged that nobody presented')
  const { refreshTokenExp, refreshFamilyExp } = refreshLivesOf(use, ctx.oidc.client)
  const outcome = await orUnavailable(
    use.store.redeem(grantKey, {
      ...{ account: grant.account, client: grant.client, session: grant.session },
      ...{ device: grant.device, organization: grant.organization },
      codeKey: source.codeKey,
      grantExpiresIn: family === undefined ? use.accessTokenExp + HEARD_FOR : refreshFamilyExp,
      ...(token === undefined ? {} : { token }),
      ...(family === undefined
        ? {}
        : {
            family: {
              payload: { ...family.payload, born: traceOf(use, ctx.req) },
              currentExpiresIn: refreshTokenExp,
              endsIn: refreshFamilyExp,
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

function issued({ tell }: TokenEndpointUse, ctx: KoaContextWithOIDC, grant: Grant): StoredEvent {
  const { scope } = ctx.body as { scope?: unknown }
  const details = { grant_type: 'authorization_code', scope: typeof scope === 'string' ? scope : '' }
  return tell(ctx, { type: 'token.issued', ...aboutGrant(grant), details })
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
