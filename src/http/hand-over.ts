import type { Middleware } from 'koa'
import type { Provider } from 'oidc-provider'
import { WELL_KNOWN } from './known-paths.ts'

/** The raw request goes to the library, which has a context of its own and answers everything that is left. */
export function handOver(provider: Provider): Middleware {
  const callback = provider.callback()
  return async (ctx, next) => {
    if (!ctx.path.startsWith('/oauth2/') && !WELL_KNOWN.has(ctx.path)) return next()
    ctx.respond = false
    await callback(ctx.req, ctx.res)
  }
}
