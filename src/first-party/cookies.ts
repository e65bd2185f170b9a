/** The refresh cookie, and with `COOKIE_SAMESITE=Lax` the one that a page has to repeat in a header. */
import type { Context } from 'koa'
import { readCookie, setCookie } from '../security/cookies.ts'
import type { Csrf } from '../security/csrf.ts'
import { Problem } from './problem.ts'

const NAME = 'refresh_token'
const CSRF_NAME = 'csrf_token'

export interface RefreshCookieUse {
  sameSite: 'Strict' | 'Lax'
  domain: string | undefined
  csrf: Csrf
  /** The family that an authentic refresh token names. */
  familyOf: (refreshToken: string) => string | undefined
}

export interface RefreshCookie {
  /** The token that the browser brought, if it may be used. Throws `invalid_refresh` and `invalid_csrf`. */
  read(ctx: Context): string
  /** For as long as the token lives, in seconds. */
  write(ctx: Context, refreshToken: string, expiresIn: number): void
  clear(ctx: Context): void
}

export function createRefreshCookie(use: RefreshCookieUse): RefreshCookie {
  const { sameSite, domain, csrf, familyOf } = use
  const doubled = sameSite === 'Lax'
  const common = { secure: true, sameSite, ...(domain === undefined ? {} : { domain }) }
  const put = (ctx: Context, value: string, proof: string, maxAge: number): void => {
    setCookie(ctx.res, NAME, value, { ...common, path: '/auth/refresh', httpOnly: true, maxAge })
    // A page reads it: of no use without the other one.
    if (doubled) setCookie(ctx.res, CSRF_NAME, proof, { ...common, path: '/', httpOnly: false, maxAge })
  }
  const binding = (family: string): string => `first-party ${family}`
  return {
    read: (ctx) => {
      const token = readCookie(ctx.req.headers.cookie, NAME)
      if (token === undefined) throw new Problem('invalid_refresh', { detail: 'no cookie' })
      if (!doubled) return token
      const family = familyOf(token)
      if (family === undefined) throw new Problem('invalid_refresh', { detail: 'no token of ours' })
      if (!csrf.check(binding(family), ctx.get('x-csrf-token'))) throw new Problem('invalid_csrf')
      return token
    },
    write: (ctx, token, expiresIn) => {
      const proof = doubled ? csrf.token(binding(familyOf(token) ?? '')) : ''
      put(ctx, token, proof, expiresIn)
    },
    clear: (ctx) => put(ctx, '', '', 0),
  }
}
