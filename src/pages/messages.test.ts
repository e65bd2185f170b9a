import { describe, expect, it } from 'vitest'
import { CATALOGUES, type Catalogue } from './locales.ts'
import { checkCatalogues, chooseLocale, createMessages } from './messages.ts'

const en = CATALOGUES['en'] as Catalogue

describe('chooseLocale', () => {
  const locales = ['en', 'de', 'pt-BR']
  const choose = (uiLocales?: string, acceptLanguage?: string) =>
    chooseLocale(
      {
        ...(uiLocales === undefined ? {} : { uiLocales }),
        ...(acceptLanguage === undefined ? {} : { acceptLanguage }),
      },
      locales,
    )

  it('goes by ui_locales first, then by the browser, then by the first of the list', () => {
    expect(choose('fr de', 'pt-BR')).toBe('de')
    expect(choose('fr', 'pt-br, de;q=0.5')).toBe('pt-BR')
    expect(choose('fr', 'it')).toBe('en')
    expect(choose()).toBe('en')
  })

  it('weighs the browser’s wishes and respects its refusals', () => {
    expect(choose(undefined, 'en;q=0.2, de;q=0.8')).toBe('de')
    expect(choose(undefined, 'de;q=0, pt-BR;q=0.1')).toBe('pt-BR')
    expect(choose(undefined, 'de;q=x')).toBe('en')
  })

  it('falls back from a region to its language', () => {
    expect(choose('de-CH-1996')).toBe('de')
    expect(choose('pt')).toBe('en')
  })

  it('picks from the list and nothing else', () => {
    for (const wish of [
      '../../etc/passwd',
      '__proto__',
      'constructor',
      '%00',
      '-',
      '*',
      'a-'.repeat(50_000),
    ]) {
      expect(choose(wish, wish)).toBe('en')
    }
  })
})

describe('createMessages', () => {
  it('formats by the rules of the language', () => {
    const { t, rich } = createMessages()
    expect(t('en', 'sign-in.error.too_many.text', { minutes: 1 })).toBe('Try again in 1 minute.')
    expect(t('en', 'sign-in.error.too_many.text', { minutes: 12 })).toBe('Try again in 12 minutes.')
    expect(rich('en', 'sign-in.purpose', { client: { as: 'name', text: '<b>' } })).toEqual([
      { as: 'text', text: 'to continue to ' },
      { as: 'name', text: '<b>' },
    ])
  })

  it('knows direction and own name of each language', () => {
    const messages = createMessages({ en, ar: en, fr: en })
    expect([messages.dir('en'), messages.dir('ar')]).toEqual(['ltr', 'rtl'])
    expect([messages.ownName('en'), messages.ownName('fr')]).toEqual(['English', 'Français'])
  })

  it('writes times in UTC, the day before the month', () => {
    expect(createMessages().time('en', Date.UTC(2026, 10, 23, 9, 41, 7))).toBe('23 Nov 2026, 09:41:07 UTC')
  })

  it('has catalogues without a broken message, a key too many or a placeholder too few', () => {
    expect(() => checkCatalogues(CATALOGUES)).not.toThrow()
    const given = (change: Record<string, string>) => () => checkCatalogues({ en, de: { ...en, ...change } })
    expect(given({ 'sign-in.purpose': 'weiter' })).toThrow(/sign-in\.purpose/)
    expect(given({ 'sign-in.prupose': 'weiter' })).toThrow(/sign-in\.prupose/)
    expect(given({ 'sign-in.title': '{oops' })).toThrow(/sign-in\.title/)
  })

  it('refuses to guess a locale or a key', () => {
    const { t } = createMessages()
    expect(() => t('xx', 'sign-in.title')).toThrow(/xx/)
  })
})
