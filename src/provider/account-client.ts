/**
 * The built-in client of the pages at `/account`: for these to ask for a sign-in, or for a fresh one, as an application
 * would. It gets no code and no token (`response_type=none`, OAuth 2.0 Multiple Response Type Encoding Practices §4):
 * the pages read the session of the browser (`browser-session.ts`).
 */
import type { AdapterPayload, KoaContextWithOIDC } from 'oidc-provider'
import { ACCOUNT, ACCOUNT_CALLBACK } from '../clients/client.ts'

/** For everybody else. */
export const RESPONSE_TYPES = ['code'] as const

/** `name`: what people know this service as. */
export const accountMetadata = (issuer: string, name: string): AdapterPayload => ({
  client_id: ACCOUNT,
  client_name: name,
  redirect_uris: [new URL(ACCOUNT_CALLBACK, issuer).href],
  response_types: ['none'],
  grant_types: [],
  token_endpoint_auth_method: 'none',
  scope: 'openid',
  first_party: true,
})

const ROUTES: ReadonlySet<string> = new Set(['authorization', 'resume', 'end_session_confirm'])

/** `ctx`: of the library; undefined on our own pages, where a step asks which client waits. */
export const isSigningIn = (ctx: KoaContextWithOIDC | undefined): boolean =>
  ctx === undefined || ROUTES.has(ctx.oidc.route)
