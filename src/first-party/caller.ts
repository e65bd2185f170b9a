/** Who may call: pages of the listed origins, and programs that are no browser. */
import type { IncomingHttpHeaders } from 'node:http'
import type { Context } from 'koa'
import { Problem } from './problem.ts'

const METHODS = 'POST, DELETE'
const HEADERS = 'authorization, content-type, dpop, x-csrf-token, x-requested-with'
const SHOWN = 'dpop-nonce, retry-after, www-authenticate, x-request-id'

/**
 * Browsers tell by `Sec-Fetch-Site`, which no page can forge, and by `Origin`. Without either it is a program, which has
 * no cookies that somebody else could make it send.
 */
export function admitCaller(headers: IncomingHttpHeaders, origins: readonly string[]): void {
  const { origin, 'sec-fetch-site': site, cookie } = headers
  if (site !== undefined && site !== 'same-origin' && site !== 'same-site') throw refused('cross_site')
  if (origin !== undefined) {
    if (!origins.includes(origin)) throw refused('foreign_origin')
    return
  }
  if (site === 'same-origin' || (site === undefined && cookie === undefined)) return
  throw refused('no_origin')
}

const refused = (detail: string): Problem => new Problem('cross_site', { detail })

/** CORS (Fetch §3.2) for exactly the listed origins, with credentials; nobody else learns that there is any. */
export function allowOrigin(ctx: Context, origins: readonly string[]): void {
  ctx.vary('Origin')
  const origin = ctx.get('origin')
  if (!origins.includes(origin)) return
  ctx.set({
    'access-control-allow-origin': origin,
    'access-control-allow-credentials': 'true',
    'access-control-expose-headers': SHOWN,
  })
}

export function answerPreflight(ctx: Context, origins: readonly string[]): void {
  if (!origins.includes(ctx.get('origin'))) throw refused('foreign_origin')
  ctx.set({
    'access-control-allow-methods': METHODS,
    'access-control-allow-headers': HEADERS,
    'access-control-max-age': '600',
  })
  ctx.status = 204
}
