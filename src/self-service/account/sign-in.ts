import type { Context } from 'koa'
import { ACCOUNT, ACCOUNT_CALLBACK } from '../../clients/client.ts'
import type { Level } from '../../security/sign-in-policy/levels.ts'
import { acrOf } from '../../sign-in/assurance.ts'
import { FRESH_FOR } from './fresh.ts'
import { returnTo } from './return-to.ts'

export interface AskUse {
  issuer: string
  /** The path of the authorization endpoint. */
  authorizationPath: string
}

/**
 * To our own authorization endpoint and back to this page; the browser keeps the fragment on the way. `fresh`: whose
 * sign-in is too old or proved too little, and what is needed. (`claims`, which could make it essential, does not go with
 * `response_type=none`; the router looks at what came of it.)
 */
export function askForSignIn(
  { issuer, authorizationPath }: AskUse,
  ctx: Context,
  fresh?: { email: string; level: Level },
): void {
  const request = new URL(authorizationPath, issuer)
  request.search = new URLSearchParams({
    client_id: ACCOUNT,
    response_type: 'none',
    scope: 'openid',
    redirect_uri: new URL(ACCOUNT_CALLBACK, issuer).href,
    state: returnTo(`${ctx.path}${ctx.search}`),
    ...(fresh && {
      max_age: String(FRESH_FOR),
      login_hint: fresh.email,
      acr_values: acrOf(fresh.level),
    }),
  }).toString()
  ctx.status = 303
  ctx.redirect(`${request.pathname}${request.search}`)
}
