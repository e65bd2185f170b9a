/** In which of our languages somebody is spoken to. What comes from outside is only ever compared, never used as a name. */
import type { Locale } from './locales.ts'

export interface Wishes {
  /** What an application asks for (`ui_locales`, OpenID Connect Core §3.1.2.1): tags, best first, separated by spaces. */
  uiLocales?: string | undefined
  /** What the reader has chosen on a page of ours (`language-cookie.ts`). */
  chosen?: Choice | undefined
  acceptLanguage?: string | undefined
}

export interface Choice {
  locale: Locale
  /** What an application had asked for, where the reader chose: asked for again, it is the choice that counts. */
  over?: Locale | undefined
}

/** By what the application asks for, the reader's choice, the browser's wishes; else the first of `locales`. */
export function chooseLocale(
  { uiLocales, chosen, acceptLanguage }: Wishes,
  locales: readonly Locale[],
): Locale {
  const asked = askedFor(uiLocales, locales)
  const [fallback = 'en'] = locales
  if (chosen !== undefined && (asked === undefined || asked === chosen.over)) return chosen.locale
  return asked ?? lookUp(byQuality(bounded(acceptLanguage)), locales) ?? fallback
}

/** The best of `locales` for `ui_locales`, if any. */
export const askedFor = (uiLocales: string | undefined, locales: readonly Locale[]): Locale | undefined =>
  lookUp(bounded(uiLocales).split(' '), locales)

/** RFC 4647 §3.4. */
function lookUp(ranges: readonly string[], locales: readonly Locale[]): Locale | undefined {
  for (const range of ranges) {
    const subtags = range.toLowerCase().split('-')
    for (let length = subtags.length; length > 0; length--) {
      const tag = subtags.slice(0, length).join('-')
      const found = locales.find((locale) => locale.toLowerCase() === tag)
      if (found) return found
    }
  }
  return undefined
}

/** Nobody speaks more languages than fit here; a longer list only costs time. */
const bounded = (list = ''): string => list.slice(0, 300)

/** RFC 9110 §12.5.4; a range with quality 0 is unwanted. */
function byQuality(header: string): string[] {
  return header
    .split(',')
    .map((item) => {
      const [range = '', ...parameters] = item.split(';').map((part) => part.trim())
      const q = parameters.find((parameter) => parameter.startsWith('q='))
      return { range, quality: q === undefined ? 1 : Number(q.slice(2)) }
    })
    .filter(({ quality }) => quality > 0)
    .sort((a, b) => b.quality - a.quality)
    .map(({ range }) => range)
}
