import type { IncomingMessage } from 'node:http'
import type { Middleware } from 'koa'
import { isLoopbackHost } from '../config/values/issuer.ts'
import { AppError } from '../shared/app-error.ts'

type Incoming = Pick<IncomingMessage, 'socket' | 'rawHeaders'>

const PEER = /^(?:::ffff:)?127(?:\.\d{1,3}){3}$|^::1$/i
const FORWARDED = /^(?:forwarded|via|x-real-ip|x-forwarded-.*)$/

/**
 * The demo shows tokens and signs in with a known password, so it answers this machine alone: the peer, the name it
 * asked for (a page elsewhere can rebind its own name to 127.0.0.1), and nobody in between (a proxy on this machine is
 * a loopback peer for the whole world). Everybody else is told that there is nothing.
 */
export function loopbackOnly(): Middleware {
  return async (ctx, next) => {
    if (!isLocal(ctx.req)) throw new AppError('not_found', 'There is nothing at this address.')
    await next()
  }
}

export function isLocal(req: Incoming): boolean {
  if (!PEER.test(req.socket.remoteAddress ?? '')) return false
  if (headerNames(req).some((name) => FORWARDED.test(name))) return false
  return isLoopbackHost((hostAsSent(req) ?? '').replace(/:\d{1,5}$/, ''))
}

/** As it came over the wire: by now `req.headers` holds the issuer's. Undefined also when there are several. */
export function hostAsSent(req: Incoming): string | undefined {
  const names = headerNames(req)
  const at = names.indexOf('host')
  return at < 0 || at !== names.lastIndexOf('host') ? undefined : req.rawHeaders[at * 2 + 1]
}

const headerNames = ({ rawHeaders }: Incoming): string[] =>
  rawHeaders.filter((_, index) => index % 2 === 0).map((name) => name.toLowerCase())
