import type { Middleware } from 'koa'
import { AppError } from '../shared/app-error.ts'

const FORWARDED = [
  'x-forwarded-host',
  'x-forwarded-port',
  'x-forwarded-server',
  'x-forwarded-for',
  'forwarded',
  'x-http-method-override',
]

/**
 * The library makes its URLs from the request. Here the request's host and scheme become those of `ISSUER`, whatever
 * the client or a proxy says, so that nothing a client sends can appear in an address of ours.
 */
export function trustIssuerOnly(issuer: string): Middleware {
  const { host, protocol } = new URL(issuer)
  return async (ctx, next) => {
    const { req } = ctx
    // RFC 9112 §3.2: a proxy in front may have gone by the other one.
    if ((req.headersDistinct['host']?.length ?? 0) > 1) {
      throw new AppError('bad_request', 'This request can not be read.', { detail: 'two hosts' })
    }
    // A target in absolute form (RFC 9112 §3.2.2) names a host, too.
    if (!ctx.url.startsWith('/')) ctx.url = ctx.path + ctx.search
    for (const name of FORWARDED) delete req.headers[name]
    req.headers.host = host
    req.headers['x-forwarded-proto'] = protocol.slice(0, -1)
    await next()
  }
}
