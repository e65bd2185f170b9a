import type { IncomingMessage, ServerResponse } from 'node:http'
import { askedFor, chooseLocale } from './choose-locale.ts'
import { createLanguageCookie } from './language-cookie.ts'
import type { Locale } from './locales.ts'

/** What is read of a Koa context, ours or the library's. */
export interface LanguageContext {
  req: IncomingMessage
  res: ServerResponse
  method: string
  querystring: string
}

/** The language of a request. `uiLocales` is what the application asked for, where the address itself does not say it. */
export type LanguageOf = (ctx: LanguageContext, uiLocales?: string) => Locale

/** Also remembers what was chosen in the foot of one of our own pages: a link from elsewhere changes nothing. */
export function createLanguageOf({
  issuer,
  locales,
}: {
  issuer: string
  locales: readonly Locale[]
}): LanguageOf {
  const cookie = createLanguageCookie(issuer, locales)
  return (ctx, uiLocales) => {
    const { headers } = ctx.req
    const isFromHere = headers['sec-fetch-site'] === 'same-origin'
    const asked = askedFor(uiLocales, locales)
    const named = inAddress(ctx)
    // In the address of a protocol it is the application's, unless a page of ours led there.
    const switched = named === uiLocales && !isFromHere ? undefined : askedFor(named, locales)
    if (switched === undefined) {
      const wishes = { uiLocales, chosen: cookie.read(ctx.req), acceptLanguage: headers['accept-language'] }
      return chooseLocale(wishes, locales)
    }
    if (isFromHere) {
      cookie.remember(ctx.res, { locale: switched, over: asked === switched ? undefined : asked })
    }
    return switched
  }
}

const inAddress = ({ method, querystring }: LanguageContext): string | undefined =>
  method === 'GET' ? (new URLSearchParams(querystring).get('ui_locales') ?? undefined) : undefined
