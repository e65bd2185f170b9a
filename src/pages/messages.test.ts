import { describe, expect, it } from 'vitest'
import { CATALOGUES, type Catalogue } from './locales.ts'
import { checkCatalogues, createMessages } from './messages.ts'

const en = CATALOGUES['en'] as Catalogue

describe('createMessages', () => {
  it('formats by the rules of the language', () => {
    const { t, rich } = createMessages()
    expect(t('en', 'sign-in.error.too_many.text', { minutes: 1 })).toBe('Try again in 1 minute.')
    expect(t('en', 'sign-in.error.too_many.text', { minutes: 12 })).toBe('Try again in 12 minutes.')
    expect([1, 2, 5, 12, 100].map((days) => t('ar', 'scope.offline_access.days', { days }))).toEqual([
      expect.stringContaining('يوم واحد،'),
      expect.stringContaining('يومين،'),
      expect.stringContaining('5 أيام،'),
      expect.stringContaining('12 يومًا،'),
      expect.stringContaining('100 يوم،'),
    ])
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

  it('writes times in the zone of their reader, with its name, and in UTC where there is no such zone', () => {
    const { minute, time } = createMessages()
    const [winter, summer] = [Date.UTC(2026, 10, 23, 23, 41), Date.UTC(2026, 6, 1, 23, 41)]
    expect(minute('en', winter, 'Europe/Amsterdam')).toBe('24 Nov 2026, 00:41 CET')
    expect(minute('en', summer, 'Europe/Amsterdam')).toBe('2 Jul 2026, 01:41 CEST')
    expect(time('de', winter, 'Asia/Tokyo')).toBe('24. Nov. 2026, 08:41:00 GMT+9')
    for (const zone of ['Nowhere/Land', '', '<b>', undefined])
      expect(minute('en', winter, zone)).toBe('23 Nov 2026, 23:41 UTC')
    for (let n = 0; n < 200; n++) minute('en', winter, `Nowhere/${n}`)
    expect(minute('en', winter, 'Europe/Amsterdam')).toBe('24 Nov 2026, 00:41 CET')
  })

  it('writes times in UTC, the day before the month', () => {
    const at = Date.UTC(2026, 10, 23, 9, 41, 7)
    expect(['en', 'de', 'ar'].map((locale) => createMessages().time(locale, at))).toEqual([
      '23 Nov 2026, 09:41:07 UTC',
      '23. Nov. 2026, 09:41:07 UTC',
      '23 نوفمبر 2026، 09:41:07 UTC',
    ])
  })

  it('has catalogues without a broken message, a key too many or a placeholder too few', () => {
    expect(() => checkCatalogues(CATALOGUES)).not.toThrow()
    const given = (change: Record<string, string>) => () => checkCatalogues({ en, de: { ...en, ...change } })
    expect(given({ 'sign-in.purpose': 'weiter' })).toThrow(/sign-in\.purpose/)
    expect(given({ 'sign-in.prupose': 'weiter' })).toThrow(/sign-in\.prupose/)
    expect(given({ 'sign-in.title': '{oops' })).toThrow(/sign-in\.title/)
  })

  it('has every plural form of a language in every plural', () => {
    for (const [locale, catalogue] of Object.entries(CATALOGUES)) {
      const forms = new Intl.PluralRules(locale).resolvedOptions().pluralCategories.toSorted()
      for (const [key, text] of Object.entries(catalogue)) {
        for (const [, options = ''] of text.matchAll(/, plural, ((?:\w+ \{[^{}]*\} ?)+)\}/g)) {
          const given = [...options.matchAll(/(\w+) \{/g)].map(([, form]) => form).toSorted()
          expect([locale, key, ...given]).toEqual([locale, key, ...forms])
        }
        expect([key, text.split('plural').length]).toEqual([
          key,
          text.split(/, plural, (?:\w+ \{[^{}]*\} ?)+\}/).length,
        ])
      }
    }
  })

  it('refuses to guess a locale or a key', () => {
    const { t } = createMessages()
    expect(() => t('xx', 'sign-in.title')).toThrow(/xx/)
  })
})
