/** What happens to a request, in order: one line a layer. */
import type Router from '@koa/router'
import Koa from 'koa'
import type { Provider } from 'oidc-provider'
import { type AnswerError, answerErrors } from './http/answer-errors.ts'
import { type BeginRequest, beginRequest } from './http/begin-request.ts'
import { handOver } from './http/hand-over.ts'
import { knownPathsOnly } from './http/known-paths.ts'
import { limitRequests } from './http/limit-requests.ts'
import { ownBrowserOnly } from './http/own-browser-only.ts'
import { serveAssets } from './http/serve-assets.ts'
import { setHeaders } from './http/set-headers.ts'
import { shedLoad } from './http/shed-load.ts'
import { singleCookiesOnly } from './http/single-cookies.ts'
import { tellLateErrors } from './http/tell-late-errors.ts'
import { trustIssuerOnly } from './http/trust-issuer.ts'
import type { Assets } from './pages/assets.ts'
import type { CountLimit } from './security/rate-limit/count-limit.ts'

export interface HttpUse extends BeginRequest {
  issuer: string
  answerError: AnswerError
  assets: Assets
  provider: Provider
  /** Refuses the way back from a step that another browser has finished. */
  admit: (ctx: Koa.Context) => Promise<void>
  /** Absent: requests as such are not limited. */
  requestLimit: CountLimit | undefined
  /** Our own pages: interaction, self-service, playground, the plain ones. */
  routers: readonly Router[]
}

export function createHttp(use: HttpUse): Koa {
  const app = new Koa()
  // The library is a Koa of its own, which sees the same response.
  for (const one of [app, use.provider]) tellLateErrors(one, use.requests)
  app.use(beginRequest(use))
  app.use(setHeaders(use.issuer))
  app.use(answerErrors(use.answerError))
  app.use(shedLoad())
  if (use.requestLimit !== undefined) app.use(limitRequests(use.requestLimit, use.requests))
  app.use(knownPathsOnly())
  app.use(trustIssuerOnly(use.issuer))
  app.use(singleCookiesOnly())
  app.use(ownBrowserOnly(use.admit))
  app.use(handOver(use.provider))
  app.use(serveAssets(use.assets))
  for (const router of use.routers) app.use(router.routes() as Koa.Middleware)
  return app
}
