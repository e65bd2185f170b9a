import type {
  EmailChangedModel,
  EmailChangeKnownModel,
  EmailChangeModel,
  VerifyEmailModel,
} from '../mail-models.ts'
import { action, facts, type MailView, plain, words } from '../mail-parts.ts'
import type { Piece } from '../messages.ts'
import { safeText } from '../safe-text.ts'
import { EMAIL, type ViewUse } from '../view.ts'
import { seenFacts } from './seen.ts'

export const verifyEmail = (model: VerifyEmailModel, use: ViewUse): MailView => ({
  subject: use.t('mail.verify.subject'),
  parts: [
    words(use.rich('mail.verify.what', { host: use.host })),
    ...action(use.t('mail.verify.link'), model.link, use),
    words(use.t('mail.verify.once')),
    words(use.t('mail.verify.not_you')),
  ],
})

const addressOf = (email: string): Piece => ({ as: 'name', text: safeText(email, EMAIL) })

/** To the old address or to the new one, which may be anybody's: that mail says nothing of the account. */
export function emailChange(model: EmailChangeModel, use: ViewUse): MailView {
  const { side, link, at } = model
  const { host } = use
  return {
    subject: use.t(`mail.email-change.subject.${side}`),
    ...(side === 'new' && { sentTo: 'mail.registration.sent_to' }),
    parts: [
      words(use.rich(`mail.email-change.what.${side}`, { host, email: addressOf(model.newEmail) })),
      words(use.t('mail.email-change.both')),
      ...action(use.t(`mail.email-change.link.${side}`), link, use),
      words(use.t('mail.verify.once')),
      ...(side === 'old'
        ? [facts({ label: use.t('mail.time'), value: plain(use.time(at)) }, ...seenFacts(model, use))]
        : []),
      words(use.rich(`mail.email-change.not_you.${side}`, { host })),
    ],
  }
}

export const emailChangeKnown = (_: EmailChangeKnownModel, use: ViewUse): MailView => ({
  subject: use.t('mail.email-change-known.subject'),
  parts: [
    words(use.rich('mail.email-change-known.what', { host: use.host })),
    words(use.t('mail.email-change-known.you')),
    words(use.t('mail.registration-known.not_you')),
  ],
})

export const emailChanged = (model: EmailChangedModel, use: ViewUse): MailView => ({
  subject: use.t('mail.email-changed.subject'),
  sentTo: 'mail.email-changed.sent_to',
  parts: [
    words(use.rich('mail.email-changed.what', { host: use.host, email: addressOf(model.newEmail) })),
    facts({ label: use.t('mail.time'), value: plain(use.time(model.at)) }, ...seenFacts(model, use)),
    words(use.t('mail.device.you')),
    words(use.t('mail.email-changed.not_you')),
    ...action(use.t('mail.email-changed.link'), model.link, use),
  ],
})
