import type { Middleware } from 'koa'

/**
 * A cookie that comes twice is nobody's: browsers send each of ours once, and a sibling host may have planted the
 * other with a longer path (cookie tossing). Koa would take the first, which is then the planted one.
 */
export function singleCookiesOnly(): Middleware {
  return async ({ req }, next) => {
    const { cookie } = req.headers
    if (cookie !== undefined) req.headers.cookie = withoutDoubles(cookie.split(';')).join(';')
    await next()
  }
}

function withoutDoubles(pairs: readonly string[]): string[] {
  const names = pairs.map((pair) => pair.split('=', 1)[0]?.trim())
  return pairs.filter((_, n) => names.indexOf(names[n]) === names.lastIndexOf(names[n]))
}
