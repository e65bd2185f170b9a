/** What a page's view is given and gives: the step between a model and its template. */

import type { KeptPasskeyModel } from './account-factor-models.ts'
import type { Locale, MessageKey, Messages, Piece, Plain, Rich } from './messages.ts'
import type { ClientFace } from './models.ts'
import type { Links } from './safe-link.ts'
import { initials, safeText } from './safe-text.ts'
import type { TemplateName } from './templates.ts'

export interface ViewUse {
  t(key: MessageKey, values?: Plain): string
  rich(key: MessageKey, values: Rich): Piece[]
  /** Date and time, in the reader's language and, where that is known, their time zone; else in UTC. */
  time(at: number): string
  /** The same to the minute. */
  minute(at: number): string
  /** Those that pages and mails speak: tag, and name in itself. */
  languages: { tag: string; name: string }[]
  /** A country's name in the reader's language, by its ISO 3166-1 code. */
  country(code: string): string
  links: Links
  /** Our own origin. */
  issuer: string
  /** Our own, as it stands in the sill. */
  host: Piece
  production: boolean
}

interface WordsUse {
  issuer: string
  messages: Messages
  links: Links
  host: Piece
  production: boolean
}

/** `zone`: of the reader. */
export function wordsFor(locale: Locale, use: WordsUse, zone?: string): ViewUse {
  const { messages, ...rest } = use
  return {
    t: (key, values) => messages.t(locale, key, values),
    rich: (key, values) => messages.rich(locale, key, values),
    time: (at) => messages.time(locale, at, zone),
    minute: (at) => messages.minute(locale, at, zone),
    languages: messages.locales.map((tag) => ({ tag, name: messages.ownName(tag) })),
    country: (code) => messages.country(locale, code),
    ...rest,
  }
}

/** The bar and the navigation of the account. */
export interface AccountShell {
  heading: string
  purpose: string
  csrf: string
  account: { email: string; initials: string }
  groups: {
    title: string | undefined
    entries: { href: string; icon: string; title: string; current: boolean }[]
  }[]
  done: { lead: string; text: string } | undefined
  alert: Alert | undefined
  kept: KeptPasskeyModel | undefined
}

export interface View {
  template: TemplateName
  /** Free of names that strangers chose: a title can't isolate their reading order. */
  title: string
  /** Puts "Error:" before the title. */
  failed?: boolean
  /** For what needs the width, such as addresses one below the other. */
  broad?: boolean
  script?: 'forms.js' | 'form-post.js'
  /** Whether a GET of its path alone, without query, shows the same page again, as the language switch needs. */
  again?: boolean
  /** Of a page at `/account`: what stands around it. */
  account?: AccountShell
  /** For the template; all text in it is ready to be shown. */
  data: object
}

/** In pieces where there is a name in it. */
export interface Alert {
  lead: string | Piece[]
  text: string | Piece[]
}

/** Characters of a name that a stranger chose: enough for any honest one. */
export const NAME = 64
/** Longest address that mail can carry (RFC 5321 §4.5.3.1.3). */
export const EMAIL = 254

/** What somebody else is called: cut, and kept apart from the words around it. */
export const namePiece = (name: string): Piece => ({ as: 'name', text: safeText(name, NAME) })

export interface Face {
  name: Piece
  initial: string
  logo: string | undefined
}

export function clientFace(client: ClientFace, use: ViewUse): Face {
  const shown = safeText(client.name, NAME) || use.t('client.unnamed')
  return { name: { as: 'name', text: shown }, initial: initials(shown, 1), logo: use.links.own(client.logo) }
}

export function accountFace(account: { email: string; name?: string }): { email: string; initials: string } {
  const email = safeText(account.email, EMAIL)
  const person = account.name === undefined ? '' : safeText(account.name, NAME)
  return { email, initials: initials(person || email.split('@')[0] || '', 2) }
}
