/**
 * What one token request has read and is going to write. The library finds, checks, consumes and saves in turn; none of
 * that is atomic, and an error after the redemption would burn the token. So while it works, its writes are only
 * collected here, and one commit at the end carries them out or refuses (`token-endpoint.ts`).
 */
import type { KoaContextWithOIDC } from 'oidc-provider'
import type { Grant, JsonObject, NewToken } from '../../adapters/contract.ts'
import type { Pepper } from './handles.ts'

export interface TokenRequest {
  grantId: string
  grantKey: string
  /** The pepper that all of the grant is kept under. */
  under: Pepper
  grant: Grant
  source: { kind: 'code'; codeKey: string } | { kind: 'refresh'; number: number } | { kind: 'access' }
  /** Set when the presented code had been redeemed before, so many milliseconds ago. */
  replayedAfter?: number
  /** The library came as far as redeeming it: client, redirect URI and verifier were right. */
  proven: boolean
  token?: NewToken
  family?: { payload: JsonObject; expiresIn: number }
}

/** One request's memory, found by the library's context; gone with it. */
export interface TokenRequests {
  of(ctx: KoaContextWithOIDC | undefined): TokenRequest | undefined
  remember(ctx: KoaContextWithOIDC | undefined, request: TokenRequest): void
}

export function createTokenRequests(): TokenRequests {
  const known = new WeakMap<object, TokenRequest>()
  return {
    of: (ctx) => (ctx === undefined ? undefined : known.get(ctx)),
    remember: (ctx, request) => {
      if (ctx !== undefined) known.set(ctx, request)
    },
  }
}
