/**
 * The language that somebody chose in the foot of a page, so that the next page has it too. The cookie says nothing else,
 * and of nobody: `de`, or `de.en` for German where an application had asked for English.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { readCookie, setCookie } from '../security/cookies.ts'
import type { Choice } from './choose-locale.ts'
import type { Locale } from './locales.ts'

/** What browsers allow at most (RFC 6265bis §5.5): 400 days, in seconds. */
const MAX_AGE = 400 * 24 * 60 * 60

export interface LanguageCookie {
  read(req: IncomingMessage): Choice | undefined
  remember(res: ServerResponse, choice: Choice): void
}

export function createLanguageCookie(issuer: string, locales: readonly Locale[]): LanguageCookie {
  const secure = issuer.startsWith('https:')
  const name = secure ? '__Host-gh_locale' : 'gh_locale'
  const known = (tag: string | undefined) => locales.find((locale) => locale === tag)
  return {
    read: ({ headers }) => {
      const [tag, instead] = (readCookie(headers.cookie, name) ?? '').split('.')
      const locale = known(tag)
      return locale === undefined ? undefined : { locale, over: known(instead) }
    },
    remember: (res, { locale, over }) => {
      const value = over === undefined ? locale : `${locale}.${over}`
      setCookie(res, name, value, { path: '/', httpOnly: true, secure, sameSite: 'Lax', maxAge: MAX_AGE })
    },
  }
}
