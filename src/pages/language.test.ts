import type { IncomingMessage, ServerResponse } from 'node:http'
import { describe, expect, it } from 'vitest'
import { createLanguageOf } from './language.ts'

const languageOf = createLanguageOf({ issuer: 'https://id.example.com', locales: ['en', 'de', 'ar'] })

interface Asked {
  query?: string
  headers?: Record<string, string>
  method?: string
  /** Of the authorization request. */
  uiLocales?: string
}

/** The language, and the cookie that was set. */
function ask({ query = '', headers = {}, method = 'GET', uiLocales }: Asked): [string, string | undefined] {
  let cookie: string | undefined
  const res = { appendHeader: (_: string, value: string) => (cookie = value) }
  const ctx = {
    ...{ req: { headers } as unknown as IncomingMessage, res: res as unknown as ServerResponse },
    ...{ method, querystring: query },
  }
  return [languageOf(ctx, uiLocales), cookie]
}

const SWITCHED = { 'sec-fetch-site': 'same-origin' }
const ATTRIBUTES = 'Path=/; Max-Age=34560000; HttpOnly; Secure; SameSite=Lax'
const kept = (value: string) => ({ cookie: `__Host-gh_locale=${value}` })

describe('the language of a page', () => {
  it('is the one chosen in its foot, and of the next pages too', () => {
    const [locale, cookie] = ask({ query: 'ui_locales=de', headers: SWITCHED })
    expect([locale, cookie]).toEqual(['de', `__Host-gh_locale=de; ${ATTRIBUTES}`])
    expect(ask({ headers: kept('de') })).toEqual(['de', undefined])
    expect(ask({ method: 'POST', headers: { ...kept('de'), 'accept-language': 'ar' } })).toEqual([
      'de',
      undefined,
    ])
  })

  it('stays the chosen one where the application asks for the one that was left, not where for another', () => {
    const [, cookie] = ask({ query: 'ui_locales=de', headers: SWITCHED, uiLocales: 'en-GB' })
    expect(cookie).toBe(`__Host-gh_locale=de.en; ${ATTRIBUTES}`)
    expect(ask({ headers: kept('de.en'), uiLocales: 'en' })[0]).toBe('de')
    expect(ask({ headers: kept('de.en'), uiLocales: 'ar' })[0]).toBe('ar')
    expect(ask({ headers: kept('de'), uiLocales: 'en' })[0]).toBe('en')
    expect(ask({ headers: kept('de'), uiLocales: 'fr' })[0]).toBe('de')
  })

  it('is shown, not kept, where a link from elsewhere names one, or nobody says where it comes from', () => {
    for (const site of ['cross-site', 'same-site', 'none'])
      expect(ask({ query: 'ui_locales=ar', headers: { 'sec-fetch-site': site } })).toEqual(['ar', undefined])
    expect(ask({ query: 'ui_locales=ar' })).toEqual(['ar', undefined])
  })

  it('is the application’s in an address of the protocol: a choice over it stays', () => {
    const request = { query: 'ui_locales=en', uiLocales: 'en', headers: kept('de.en') }
    expect(ask(request)[0]).toBe('de')
    expect(ask({ ...request, headers: { ...kept('de.en'), ...SWITCHED } })).toEqual([
      'en',
      `__Host-gh_locale=en; ${ATTRIBUTES}`,
    ])
  })

  it('A-822 is one of ours, whatever the address or the cookie says', () => {
    const wishes = [
      '../../etc/passwd',
      '__proto__',
      'constructor',
      'xx',
      'de.',
      'de.xx',
      '.de',
      'DE',
      '%64e',
      '',
    ]
    for (const wish of wishes) {
      const query = new URLSearchParams({ ui_locales: wish.replace(/de/i, 'xx') }).toString()
      expect(ask({ query, headers: SWITCHED })).toEqual(['en', undefined])
      expect(['en', 'de']).toContain(ask({ headers: kept(wish) })[0])
    }
    expect(ask({ headers: { cookie: '__Host-gh_locale=de; __Host-gh_locale=ar' } })[0]).toBe('en')
  })
})
