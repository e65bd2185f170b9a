import { describe, expect, it } from 'vitest'
import { type Choice, chooseLocale } from './choose-locale.ts'

describe('chooseLocale', () => {
  const locales = ['en', 'de', 'pt-BR']
  const choose = (uiLocales?: string, acceptLanguage?: string, chosen?: Choice) =>
    chooseLocale({ uiLocales, acceptLanguage, chosen }, locales)

  it('goes by ui_locales first, then by the browser, then by the first of the list', () => {
    expect(choose('fr de', 'pt-BR')).toBe('de')
    expect(choose('fr', 'pt-br, de;q=0.5')).toBe('pt-BR')
    expect(choose('fr', 'it')).toBe('en')
    expect(choose()).toBe('en')
  })

  it('goes by what the reader chose before the browser, and before an application where they chose so there', () => {
    expect(choose(undefined, 'en', { locale: 'de' })).toBe('de')
    expect(choose('fr', 'en', { locale: 'de' })).toBe('de')
    expect(choose('en', 'en', { locale: 'de' })).toBe('en')
    expect(choose('en', 'en', { locale: 'de', over: 'en' })).toBe('de')
    expect(choose('pt-BR', 'en', { locale: 'de', over: 'en' })).toBe('pt-BR')
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
