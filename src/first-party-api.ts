/** `/auth/*`, put together. */
import type { Context } from 'koa'
import type { Origin } from './audit/event.ts'
import { FIRST_PARTY } from './clients/client.ts'
import type { Core } from './core.ts'
import type { WithOrigin } from './face.ts'
import { createFirstPartyRouter } from './first-party/api.ts'
import { createRefreshCookie } from './first-party/cookies.ts'
import type { Guards } from './guards.ts'
import type { FirstParty } from './provider/first-party.ts'
import type { Csrf } from './security/csrf.ts'
import { neighbourhoodOf } from './security/rate-limit/network.ts'
import { HOME as ACCOUNT_HOME } from './self-service/account/return-to.ts'
import type { SignIns } from './sign-in/types.ts'
import type { RequestContexts } from './telemetry/request-context.ts'

export interface FirstPartyApiUse extends WithOrigin {
  signIns: SignIns
  csrf: Csrf
  requests: RequestContexts
  firstParty: FirstParty
  guards: Guards
}

/** None where no origin may call it. */
export function createFirstPartyApi(core: Core, use: FirstPartyApiUse) {
  const { csrf, originOf, requests, firstParty, guards, signIns } = use
  const { config } = core
  if (config.firstPartyOrigins.length === 0) return []
  return [
    createFirstPartyRouter({
      origins: config.firstPartyOrigins,
      accountAddress: new URL(ACCOUNT_HOME, config.issuer).href,
      requests,
      cookie: createRefreshCookie({
        sameSite: config.cookieSameSite,
        domain: config.cookieDomain,
        csrf,
        familyOf: firstParty.familyOf,
      }),
      signIns,
      visitOf: (ctx) => visitOf(ctx, originOf(ctx), guards.signIn),
      tokens: firstParty,
    }),
  ]
}

/** Without a page that was shown before, what a caller looks like is all that ties two calls of one sign-in together. */
function visitOf({ req, res }: Context, origin: Origin, { deviceOf }: Guards['signIn']) {
  const { 'accept-language': language, 'user-agent': agent = '', dpop, cookie } = req.headers
  const kind = agent.replace(/[\d.]+/g, '')
  return {
    ...{ req, res },
    origin: { ...origin, client: FIRST_PARTY, device: { cookieId: deviceOf(cookie), language } },
    binding: JSON.stringify([kind, neighbourhoodOf(origin.ip ?? ''), dpop !== undefined]),
  }
}
