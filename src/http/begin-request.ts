import type { IncomingMessage } from 'node:http'
import type { Middleware } from 'koa'
import type { Clock } from '../shared/clock.ts'
import type { Logger } from '../telemetry/logger.ts'
import type { RequestContext, RequestContexts } from '../telemetry/request-context.ts'

export interface BeginRequest {
  clock: Clock
  log: Logger
  requests: RequestContexts
  requestIdOf: (headers: IncomingMessage['headers']) => string
  clientAddress: (req: IncomingMessage) => string
  observe: (request: { route: string; method: string; status: number; seconds: number }) => void
}

/** Names the request, and tells log and metrics how it ended: by the pattern of its route, never by its address. */
export function beginRequest(use: BeginRequest): Middleware {
  return async (ctx, next) => {
    const { req, res } = ctx
    const began = performance.now()
    const id = use.requestIdOf(req.headers)
    const ip = use.clientAddress(req)
    const log = use.log.child({ requestId: id, ip, ua: req.headers['user-agent'] })
    const context: RequestContext = { id, ip, log }
    use.requests.begin(req, context)
    ctx.set('x-request-id', id)
    res.once('close', () => {
      const seconds = (performance.now() - began) / 1000
      const route = routeOf(ctx)
      const status = res.writableFinished ? res.statusCode : 499
      use.observe({ route, method: ctx.method, status, seconds })
      const durationMs = Math.round(seconds * 1000)
      log.info({ ...context.outcome, route, method: ctx.method, status, durationMs }, 'request')
    })
    await next()
  }
}

/** Library routes are fixed paths but for the resumed one, whose last part is a bearer value. */
function routeOf(ctx: { state: { route?: unknown }; _matchedRoute?: unknown }): string {
  if (typeof ctx.state.route === 'string') return ctx.state.route
  return typeof ctx._matchedRoute === 'string' ? ctx._matchedRoute : 'other'
}
