import type { Middleware } from 'koa'
import { contentSecurityPolicy } from '../security/csp.ts'
import { securityHeaders } from '../security/headers.ts'

export function setHeaders(issuer: string): Middleware {
  const headers = {
    ...securityHeaders({ https: issuer.startsWith('https:') }),
    'content-security-policy': contentSecurityPolicy(),
    // What may be kept says so itself.
    'cache-control': 'no-store',
  }
  return async (ctx, next) => {
    ctx.set(headers)
    await next()
  }
}
