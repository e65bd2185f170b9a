import type { KoaContextWithOIDC } from 'oidc-provider'
import type { StoredEvent } from '../../adapters/contract.ts'
import type { Tell } from '../audit/request-events.ts'

/** The event of a token that a client gets for itself (RFC 6749 §4.4): kept with the token, where that is stored. */
export interface ClientTokens {
  /** To be kept in the step that stores the token. */
  kept(ctx: KoaContextWithOIDC, scope: string | undefined): StoredEvent
  /** Of a token that was not stored, as it proves itself. */
  notKept(ctx: KoaContextWithOIDC): StoredEvent | undefined
}

export function createClientTokens({ tell }: { tell: Tell }): ClientTokens {
  const stored = new WeakSet<KoaContextWithOIDC>()
  const issued = (ctx: KoaContextWithOIDC, scope = '') => {
    const client = ctx.oidc.client?.clientId ?? ''
    const details = { grant_type: 'client_credentials', scope }
    return tell(ctx, { type: 'token.issued', actor: `client:${client}`, client, details })
  }
  return {
    kept: (ctx, scope) => {
      stored.add(ctx)
      return issued(ctx, scope)
    },
    notKept: (ctx) => {
      const { scope } = ctx.body as { scope?: string }
      return stored.has(ctx) ? undefined : issued(ctx, scope)
    },
  }
}
