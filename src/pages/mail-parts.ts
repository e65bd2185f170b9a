/** What a mail is made of, in order. Its two forms, text and HTML, are drawn from the same parts (`mail-frame.ts`). */
import type { Piece } from './messages.ts'
import { safeText } from './safe-text.ts'
import type { ViewUse } from './view.ts'

export interface MailView {
  /** Free of names that strangers chose. That of a mail with a code begins with it: it is seen without opening. */
  subject: string
  parts: MailPart[]
  /** What the foot says of whom it went to, where that is not the address of an account. */
  sentTo?: 'mail.registration.sent_to' | 'mail.email-changed.sent_to'
}

export interface Fact {
  label: string
  value: Piece[]
}

export type MailPart =
  /** A paragraph. A link is a part of its own. */
  | { as: 'words'; pieces: Piece[] }
  /** Digits to type elsewhere, large and easy to copy. */
  | { as: 'code'; code: string }
  /** The one thing to press. `href` is whole. */
  | { as: 'action'; label: string; href: string }
  | { as: 'facts'; facts: Fact[] }

export const words = (pieces: Piece[] | string): MailPart => ({
  as: 'words',
  pieces: typeof pieces === 'string' ? plain(pieces) : pieces,
})

export const code = (digits: string): MailPart => ({ as: 'code', code: digits })

export const facts = (...given: (Fact | undefined)[]): MailPart => ({
  as: 'facts',
  facts: given.filter((one) => one !== undefined),
})

/** Leads to a page of our own, by its path; nothing where it doesn't. */
export function action(label: string, path: string | undefined, use: ViewUse): MailPart[] {
  const href = use.links.own(path)
  return href === undefined ? [] : [{ as: 'action', label, href: `${use.issuer}${href}` }]
}

export const plain = (text: string): Piece[] => [{ as: 'text', text }]
/** What somebody else called it: a browser, a country, a device. */
export const named = (text: string): Piece[] => [{ as: 'name', text: safeText(text, 64) }]
/** An address, an identifier. */
export const coded = (text: string): Piece[] => [{ as: 'code', text: safeText(text, 64) }]
