import type { Configuration } from 'oidc-provider'

type CustomizeJwt = NonNullable<NonNullable<NonNullable<Configuration['formats']>['customizers']>['jwt']>

/** A person's access token names its session as the id token does: by a `sid` that is its client's alone. */
export const nameSession: CustomizeJwt = (_ctx, token, { payload }) => {
  if ('sid' in token && typeof token.sid === 'string') payload['sid'] = token.sid
}
