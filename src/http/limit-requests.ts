import type { Middleware } from 'koa'
import { ROUTES } from '../provider/routes.ts'
import type { CountLimit } from '../security/rate-limit/count-limit.ts'
import { networkOf } from '../security/rate-limit/network.ts'
import { RateLimited } from '../security/rate-limit/refusal.ts'
import type { RequestContexts } from '../telemetry/request-context.ts'

/**
 * So many requests an address. What a whole office refreshes comes from one address, and never waits; whoever looks
 * whether the house stands is answered always.
 */
const FREE: ReadonlySet<string> = new Set([ROUTES.token, '/healthz'])

export function limitRequests(limit: CountLimit, requests: RequestContexts): Middleware {
  return async (ctx, next) => {
    if (!FREE.has(ctx.path)) {
      const network = networkOf(requests.of(ctx.req).ip)
      const refusal = limit.refusal(() => network) ?? (await limit.count(network))
      if (refusal !== undefined) throw new RateLimited(refusal)
    }
    await next()
  }
}
