import { chooseLocale } from './choose-locale.ts'
import type { Locale } from './locales.ts'

/** Of what is written to a person. OpenID Connect Core §5.1: `locale` is a BCP 47 tag, by some with an underscore. */
export const localeOf = ({ locale }: Readonly<Record<string, unknown>>, locales: readonly Locale[]): Locale =>
  chooseLocale(typeof locale === 'string' ? { uiLocales: locale.replaceAll('_', '-') } : {}, locales)

/** The same of their time zone; undefined where nobody has said it. */
export const zoneOf = ({ zoneinfo }: Readonly<Record<string, unknown>>): string | undefined =>
  typeof zoneinfo === 'string' ? zoneinfo : undefined
