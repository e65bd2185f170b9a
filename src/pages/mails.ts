/**
 * The mails people get: text and HTML of the same words, in the look of the pages. No picture and no style sheet is
 * loaded from anywhere, so nobody learns that a mail was read. Creating them draws each once in every language.
 */
import { mailGallery } from './mail-gallery.ts'
import type { MailModels, MailName } from './mail-models.ts'
import { MAIL_VIEWS, type MailView } from './mail-views.ts'
import type { Locale, Messages, Piece } from './messages.ts'
import { createLinks } from './safe-link.ts'
import { safeText } from './safe-text.ts'
import { createTemplates } from './templates.ts'
import { EMAIL, wordsFor } from './view.ts'

export interface DrawnMail {
  /** One line. */
  subject: string
  text: string
  /** A whole HTML document. */
  html: string
}

export interface Mails {
  render<N extends MailName>(name: N, locale: Locale, model: MailModels[N]): DrawnMail
}

export interface MailsUse {
  issuer: string
  messages: Messages
  production: boolean
}

export function createMails(use: MailsUse): Mails {
  const draw = createTemplates(['mail/mail', 'mail/pieces'])
  const host: Piece = { as: 'host', text: new URL(use.issuer).host }
  const links = createLinks(use)
  const mails: Mails = {
    render: (name, locale, model) => {
      const words = wordsFor(locale, { ...use, links, host })
      const view = MAIL_VIEWS[name](model, words)
      const sentTo: Piece = { as: 'name', text: safeText(model.email, EMAIL) }
      const foot = [words.rich('mail.sent_to', { email: sentTo, host }), words.rich('mail.never', { host })]
      const dir = use.messages.dir(locale)
      return {
        subject: view.subject,
        text: asText(view, foot),
        html: draw('mail/mail', { t: words.t, ...view, foot, host, locale, dir }),
      }
    },
  }
  for (const state of mailGallery) for (const locale of use.messages.locales) state.render(mails, locale)
  return mails
}

const flat = (pieces: readonly Piece[]): string =>
  pieces.map((piece) => (piece.as === 'link' ? `${piece.text}: ${piece.href}` : piece.text)).join('')

function asText({ subject, paragraphs, facts, advice }: MailView, foot: readonly Piece[][]): string {
  const table = facts.map(({ label, value }) => `${label}: ${flat(value)}`).join('\n')
  const parts = [
    subject,
    ...paragraphs.map(flat),
    table,
    ...advice.map(flat),
    '-- ',
    foot.map(flat).join('\n'),
  ]
  return `${parts.join('\n\n').replace('-- \n\n', '-- \n')}\n`
}
