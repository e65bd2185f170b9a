import type { Context, Middleware } from 'koa'
import { ROUTES } from '../provider/routes.ts'

/** The library's own address where a journey goes on: for the browser only that finished the step. */
export function ownBrowserOnly(admit: (ctx: Context) => Promise<void>): Middleware {
  return async (ctx, next) => {
    if (ctx.path.startsWith(`${ROUTES.authorization}/`)) await admit(ctx)
    await next()
  }
}
