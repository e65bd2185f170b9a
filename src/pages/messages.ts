/**
 * The words of the pages, in ICU MessageFormat, each compiled when first said. The only door to `intl-messageformat`. A
 * message holds words and placeholders, never markup: where a sentence contains an element (a name, a link), `rich`
 * gives the sentence in pieces, and the template draws each piece, escaped.
 */
import IntlMessageFormat from 'intl-messageformat'
import { CATALOGUES, type Catalogue, type Locale, type MessageKey } from './locales.ts'

export type { Locale, MessageKey }

export type Piece =
  | { as: 'text' | 'name' | 'code' | 'host'; text: string }
  | { as: 'link'; text: string; href: string }

export type Plain = Record<string, string | number>
export type Rich = Record<string, string | number | Piece>

export interface Messages {
  readonly locales: readonly Locale[]
  t(locale: Locale, key: MessageKey, values?: Plain): string
  rich(locale: Locale, key: MessageKey, values: Rich): Piece[]
  dir(locale: Locale): 'ltr' | 'rtl'
  /** The language's name in itself, for the language switch. */
  ownName(locale: Locale): string
  /** Date and time, in the zone of this name (IANA); in UTC without one, or where there is no such zone. */
  time(locale: Locale, at: number, zone?: string): string
  /** The same to the minute. */
  minute(locale: Locale, at: number, zone?: string): string
  /** By its ISO 3166-1 code. */
  country(locale: Locale, code: string): string
}

/** What `Intl` takes milliseconds to make, made once. */
interface Language {
  message(key: MessageKey): IntlMessageFormat
  dir: 'ltr' | 'rtl'
  ownName: string
  clock(zone: string | undefined): Clock
  countries: Intl.DisplayNames
}

interface Clock {
  time: Intl.DateTimeFormat
  minute: Intl.DateTimeFormat
}

/** Catalogues are the house's own and checked by its tests (`checkCatalogues`), not at every start. */
export function createMessages(catalogues: Record<Locale, Catalogue> = CATALOGUES): Messages {
  const languages = new Map<Locale, Language>()
  const of = (locale: Locale): Language => {
    const words = Object.hasOwn(catalogues, locale) ? catalogues[locale] : undefined
    if (words === undefined) throw new Error(`No locale "${locale}"`)
    const found = languages.get(locale) ?? language(locale, words)
    languages.set(locale, found)
    return found
  }
  return {
    locales: Object.keys(catalogues),
    t: (locale, key, values) => String(of(locale).message(key).format(values)),
    rich: (locale, key, values) =>
      of(locale)
        .message(key)
        .formatToParts<Piece>(values)
        .map(
          (part): Piece => (typeof part.value === 'object' ? part.value : { as: 'text', text: part.value }),
        ),
    dir: (locale) => of(locale).dir,
    ownName: (locale) => of(locale).ownName,
    time: (locale, at, zone) => of(locale).clock(zone).time.format(at),
    minute: (locale, at, zone) => of(locale).clock(zone).minute.format(at),
    country: (locale, code) => of(locale).countries.of(code) ?? code,
  }
}

/** Throws when a catalogue has a broken message, or other keys or placeholders than the first. */
export function checkCatalogues(catalogues: Record<Locale, Catalogue>): void {
  const [model] = Object.entries(catalogues)
  for (const one of Object.entries(catalogues)) if (model) compare(one, model)
}

function language(locale: Locale, catalogue: Catalogue): Language {
  const messages = new Map<string, IntlMessageFormat>()
  const name = new Intl.DisplayNames(locale, { type: 'language' }).of(locale) ?? locale
  return {
    message: (key) => {
      const message = messages.get(key) ?? compile(locale, key, catalogue[key])
      messages.set(key, message)
      return message
    },
    dir: textDirection(locale),
    ownName: name.charAt(0).toLocaleUpperCase(locale) + name.slice(1),
    clock: clocksOf(locale),
    countries: new Intl.DisplayNames(locale, { type: 'region' }),
  }
}

/** As many as are worth keeping: a few kilobytes each. */
const MOST_CLOCKS = 50

function clocksOf(locale: Locale): Language['clock'] {
  const utc = clockIn(locale, 'UTC')
  const clocks = new Map<string, Clock>()
  return (zone) => {
    if (zone === undefined) return utc
    const clock = clocks.get(zone) ?? elsewhere(locale, zone) ?? utc
    // In the order of their last use: whoever was asked for longest ago makes room.
    clocks.delete(zone)
    clocks.set(zone, clock)
    const [oldest] = clocks.keys()
    if (clocks.size > MOST_CLOCKS && oldest !== undefined) clocks.delete(oldest)
    return clock
  }
}

function clockIn(locale: Locale, timeZone: string): Clock {
  // Day before month in English too: nobody misreads "23 Nov".
  const spelled = locale === 'en' ? 'en-GB' : locale
  return {
    time: new Intl.DateTimeFormat(spelled, { ...TIME, timeZone }),
    minute: new Intl.DateTimeFormat(spelled, { ...TIME, timeZone, second: undefined }),
  }
}

/** Undefined where there is no such zone: what an operator wrote of a person may be anything. */
function elsewhere(locale: Locale, zone: string): Clock | undefined {
  try {
    return clockIn(locale, zone)
  } catch {
    return undefined
  }
}

/** Months in letters and 24 hours, in every language: `dateStyle` gives Arabic figures alone, with marks between. */
const TIME: Intl.DateTimeFormatOptions = {
  ...({ day: 'numeric', month: 'short', year: 'numeric' } as const),
  ...({ hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' } as const),
  timeZoneName: 'short',
}

function compile(locale: Locale, key: string, text: string | undefined): IntlMessageFormat {
  if (text === undefined) throw new Error(`No message "${key}" in locale "${locale}"`)
  try {
    return new IntlMessageFormat(text, locale, undefined, { ignoreTag: true })
  } catch (cause) {
    throw new Error(`Message "${key}" of locale "${locale}" is broken`, { cause })
  }
}

type Named = [locale: Locale, words: Readonly<Record<string, string>>]

function compare([locale, words]: Named, [other, model]: Named): void {
  for (const key of new Set([...Object.keys(words), ...Object.keys(model)])) {
    const [here, there] = [placeholders(locale, key, words[key]), placeholders(other, key, model[key])]
    if (here !== there) {
      throw new Error(
        `Message "${key}" of locale "${locale}" has ${here ?? 'no text'}, expected ${there ?? 'none'}`,
      )
    }
  }
}

type Elements = ReturnType<IntlMessageFormat['getAst']>

function placeholders(locale: Locale, key: string, text: string | undefined): string | undefined {
  if (text === undefined) return undefined
  const names = (elements: Elements): string[] =>
    elements.flatMap((element) => [
      ...('value' in element && element.type !== 0 ? [element.value] : []),
      ...('options' in element
        ? Object.values(element.options).flatMap((option) => names(option.value))
        : []),
    ])
  return `{${[...new Set(names(compile(locale, key, text).getAst()))].sort().join(', ')}}`
}

const textDirection = (locale: Locale): 'ltr' | 'rtl' =>
  new Intl.Locale(locale).getTextInfo().direction === 'rtl' ? 'rtl' : 'ltr'
