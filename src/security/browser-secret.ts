/**
 * A secret that a browser has until it closes, in a cookie that over https no other host can plant (RFC 6265bis
 * §4.1.3.2). What was begun without a sign-in is bound to it.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { newSecret } from '../shared/ids.ts'
import { readCookie, setCookie } from './cookies.ts'

interface Exchange {
  req: IncomingMessage
  res: ServerResponse
}

export interface BrowserSecret {
  read(exchange: Pick<Exchange, 'req'>): string | undefined
  /** Gives the browser one, if it has none. */
  ensure(exchange: Exchange): string
}

export function createBrowserSecret(issuer: string): BrowserSecret {
  const secure = issuer.startsWith('https:')
  const name = secure ? '__Host-gh_browser' : 'gh_browser'
  const read: BrowserSecret['read'] = ({ req }) => readCookie(req.headers.cookie, name)
  return {
    read,
    ensure: ({ req, res }) => {
      const brought = read({ req })
      if (brought !== undefined) return brought
      const secret = newSecret()
      setCookie(res, name, secret, { path: '/', httpOnly: true, secure, sameSite: 'Lax' })
      return secret
    },
  }
}
