import type { IncomingMessage } from 'node:http'
import type { Middleware } from 'koa'
import { ENDED_SESSIONS, ROUTES } from '../provider/routes.ts'
import { AppError } from '../shared/app-error.ts'

const NOT_FOUND = 'There is nothing at this address.'
const PLAIN = /^(\/|(\/[A-Za-z0-9._~-]+)+)$/
const PROTOCOL: ReadonlySet<string> = new Set([
  ...Object.values(ROUTES),
  ENDED_SESSIONS,
  '/oauth2/logout/confirm',
  '/oauth2/logout/success',
])
export const WELL_KNOWN: ReadonlySet<string> = new Set([
  '/.well-known/openid-configuration',
  '/.well-known/oauth-authorization-server',
])
const RESUME = /^\/oauth2\/authorize\/[A-Za-z0-9_-]{43}$/
const POST_ONLY: ReadonlySet<string> = new Set([
  ROUTES.token,
  ROUTES.introspection,
  ROUTES.revocation,
  ROUTES.pushed_authorization_request,
  ENDED_SESSIONS,
])

/**
 * One spelling a path: routers take any case and a slash at the end, and what limits or guards a path must not be
 * passed by writing it otherwise.
 */
export function knownPathsOnly(): Middleware {
  return async (ctx, next) => {
    const { path } = ctx
    if (!PLAIN.test(path) || path.split('/').some((part) => part === '.' || part === '..')) {
      throw new AppError('not_found', NOT_FOUND)
    }
    if (path.toLowerCase().startsWith('/oauth2')) {
      if (!PROTOCOL.has(path) && !RESUME.test(path)) throw new AppError('not_found', NOT_FOUND)
      ctx.state['route'] = RESUME.test(path) ? `${ROUTES.authorization}/:uid` : path
      refuseMethod(ctx.method, path)
      refuseUnclearBody(ctx.req)
    }
    if (path.startsWith('/.well-known/')) ctx.state['route'] = WELL_KNOWN.has(path) ? path : 'other'
    const encoding = ctx.req.headers['content-encoding']
    if (encoding !== undefined && encoding.toLowerCase() !== 'identity') {
      throw new AppError('unsupported_media_type', 'Compressed content is not taken.')
    }
    await next()
  }
}

function refuseMethod(method: string, path: string): void {
  const fits =
    method === 'OPTIONS' ||
    (method === 'POST' && path !== ROUTES.authorization) ||
    (method === 'GET' && !POST_ONLY.has(path))
  if (!fits && !(method === 'HEAD' && path === ROUTES.jwks))
    throw new AppError('method_not_allowed', 'This address is not asked this way.')
}

const UTF8 = /^[^;]*(;\s*charset="?utf-8"?\s*)?$/i

/**
 * The library takes every charset for UTF-8, and Node keeps the first of two Content-Types: whoever stands in front may
 * have read the same bytes as something else.
 */
function refuseUnclearBody(req: IncomingMessage): void {
  const { 'content-type': types = [] } = req.headersDistinct
  if (types.length > 1 || types.some((type) => /charset/i.test(type) && !UTF8.test(type))) {
    throw new AppError('bad_request', 'This request can not be read.', { detail: 'content type' })
  }
}
