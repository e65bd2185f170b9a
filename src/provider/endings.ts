import type { KoaContextWithOIDC } from 'oidc-provider'
import type { StoredEvent } from '../../adapters/contract.ts'
import type { Tell } from '../audit/request-events.ts'
import type { TokenRequests } from './token-request.ts'

export interface Endings {
  /** Why grants, or the browser's session, end in this request. Whatever ends with them has the same one event. */
  of(ctx: KoaContextWithOIDC | undefined): StoredEvent
  /** For a token that ends alone. */
  ofToken(ctx: KoaContextWithOIDC | undefined): StoredEvent
}

export function createEndings({ tell, requests }: { tell: Tell; requests: TokenRequests }): Endings {
  const known = new WeakMap<object, StoredEvent>()
  const whose = (ctx: KoaContextWithOIDC | undefined) => {
    const grant = requests.of(ctx)?.grant
    const client = grant?.client ?? ctx?.oidc.client?.clientId
    return { subject: grant?.account, session: grant?.session, client, actor: `client:${client ?? ''}` }
  }
  const make = (ctx: KoaContextWithOIDC | undefined): StoredEvent => {
    if (!isSigningOut(ctx)) return tell(ctx, { type: 'grant.revoked', ...whose(ctx) })
    const { session, client } = ctx.oidc
    const subject = session?.accountId
    const actor = `user:${subject ?? ''}`
    return tell(ctx, {
      ...{ type: 'session.ended', subject, actor },
      ...{ session: session?.uid, client: client?.clientId },
    })
  }
  return {
    of: (ctx) => {
      const event = (ctx && known.get(ctx)) ?? make(ctx)
      if (ctx !== undefined) known.set(ctx, event)
      return event
    },
    ofToken: (ctx) => tell(ctx, { type: 'token.revoked', ...whose(ctx) }),
  }
}

/** Of the browser's session, not of one client's part in it. */
export const isSigningOut = (ctx: KoaContextWithOIDC | undefined): ctx is KoaContextWithOIDC =>
  ctx?.oidc.route === 'end_session_confirm' && Boolean(ctx.oidc.params?.['logout'])
