/**
 * The mails people get: text and HTML of the same words, in the look of the pages. No picture and no style sheet is
 * loaded from anywhere, so nobody learns that a mail was read. Creating them draws each once.
 */
import type { Brand } from './brand.ts'
import { createMailFrame, type DrawnMail } from './mail-frame.ts'
import { mailGallery } from './mail-gallery.ts'
import type { MailModels, MailName } from './mail-models.ts'
import { MAIL_VIEWS } from './mail-views.ts'
import type { Locale, Messages, Piece } from './messages.ts'
import { createLinks } from './safe-link.ts'
import { safeText } from './safe-text.ts'
import { EMAIL, wordsFor } from './view.ts'
import { OUR_VIEWS, type ViewFiles } from './view-files.ts'

export type { DrawnMail }

export interface Mails {
  /** Languages that they are written in, the first being the fallback. */
  readonly locales: readonly Locale[]
  /** `zone`: of its reader (IANA). */
  render<N extends MailName>(name: N, locale: Locale, model: MailModels[N], zone?: string): DrawnMail
}

export interface MailsUse {
  issuer: string
  messages: Messages
  production: boolean
  brand?: Brand
  views?: ViewFiles
}

export function createMails(use: MailsUse): Mails {
  const host: Piece = { as: 'host', text: new URL(use.issuer).host }
  const links = createLinks(use)
  const draw = createMailFrame({ ...use, host })
  const { locales } = use.messages
  const mails: Mails = {
    locales,
    render: (name, locale, model, zone) => {
      const words = wordsFor(locale, { ...use, links, host }, zone)
      const sentTo: Piece = { as: 'name', text: safeText(model.email, EMAIL) }
      const view = MAIL_VIEWS[name](model, words)
      const wentTo = words.rich(view.sentTo ?? 'mail.sent_to', { email: sentTo, host })
      return draw(view, [wentTo, words.rich('mail.never', { host })], locale)
    },
  }
  // Our own are drawn by their tests.
  if (use.views !== undefined && use.views !== OUR_VIEWS)
    for (const state of mailGallery) for (const locale of locales) state.render(mails, locale)
  return mails
}
