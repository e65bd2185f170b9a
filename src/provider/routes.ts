import type { Configuration } from 'oidc-provider'

/** Everything below `/oauth2`: the library's own paths would meet the first-party API (`/auth/:uid`). */
export const ROUTES = {
  authorization: '/oauth2/authorize',
  token: '/oauth2/token',
  userinfo: '/oauth2/userinfo',
  jwks: '/oauth2/jwks',
  end_session: '/oauth2/logout',
  introspection: '/oauth2/introspect',
  revocation: '/oauth2/revoke',
  pushed_authorization_request: '/oauth2/par',
} as const satisfies NonNullable<Configuration['routes']>

/** Ours, beside the library's. */
export const ENDED_SESSIONS = '/oauth2/ended-sessions'

/** For the house's own questions; from outside there is nothing. */
export const HELD_ACCESS_TOKEN = '/oauth2/held-access-token'
