/** The one look of all mails, and the same as text. */
import { type Brand, createBrand, OWN_BRAND } from './brand.ts'
import type { MailPart, MailView } from './mail-parts.ts'
import type { Locale, Messages, Piece } from './messages.ts'
import { createTemplates } from './templates.ts'
import type { ViewFiles } from './view-files.ts'

export interface DrawnMail {
  /** One line. */
  subject: string
  text: string
  /** A whole HTML document. */
  html: string
}

/** `foot`: to whom it went, and what is never asked by mail. */
export type DrawMail = (view: MailView, foot: Piece[][], locale: Locale) => DrawnMail

export interface MailFrameUse {
  messages: Messages
  host: Piece
  brand?: Brand | undefined
  views?: ViewFiles | undefined
}

export function createMailFrame(use: MailFrameUse): DrawMail {
  const { messages, host, brand = createBrand(OWN_BRAND), views } = use
  const draw = createTemplates(['mail/mail', 'mail/pieces'], views)
  const { light, dark } = brand.colors ?? OWN_COLORS
  return (view, foot, locale) => {
    const dir = messages.dir(locale)
    const leadsTo = messages.rich(locale, 'mail.leads_to', { host })
    return {
      subject: view.subject,
      text: asText(view, foot, dir),
      html: draw('mail/mail', { ...view, foot, leadsTo, locale, dir, light, dark, brand: brand.name }),
    }
  }
}

/** As in `tokens.css`: a mail has no style sheet. */
const OWN_COLORS = {
  light: { accent: '#07576e', 'on-accent': '#ffffff', 'accent-edge': '#07576e' },
  dark: { accent: '#6ebdcf', 'on-accent': '#040f14', 'accent-edge': '#6ebdcf' },
}

type Direction = 'ltr' | 'rtl'

/** Words of the other direction keep to themselves, as `<bdi>` has it in HTML (Unicode's first strong isolate). */
const isolated = (text: string, dir: Direction): string => (dir === 'rtl' ? `\u2068${text}\u2069` : text)

const flat = (pieces: readonly Piece[], dir: Direction): string =>
  pieces.map(({ as, text }) => (as === 'text' ? text : isolated(text, dir))).join('')

function partAsText(part: MailPart, dir: Direction): string {
  switch (part.as) {
    case 'words':
      return flat(part.pieces, dir)
    case 'code':
      return part.code
    case 'action':
      return `${part.label}:\n${part.href}`
    case 'facts':
      return part.facts.map(({ label, value }) => `${label}: ${flat(value, dir)}`).join('\n')
  }
}

function asText({ subject, parts }: MailView, foot: readonly Piece[][], dir: Direction): string {
  const blocks = [subject, ...parts.map((part) => partAsText(part, dir))]
  return `${blocks.join('\n\n')}\n\n-- \n${foot.map((line) => flat(line, dir)).join('\n')}\n`
}
