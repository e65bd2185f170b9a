import type { AccountDeletedModel, DeletionAskedModel } from '../mail-models.ts'
import { action, facts, type MailView, plain, words } from '../mail-parts.ts'
import type { ViewUse } from '../view.ts'
import { seenFacts } from './seen.ts'

export const deletionAsked = (model: DeletionAskedModel, use: ViewUse): MailView => ({
  subject: use.t('mail.deletion.subject'),
  parts: [
    words(use.rich('mail.deletion.what', { host: use.host })),
    facts({ label: use.t('mail.time'), value: plain(use.time(model.at)) }, ...seenFacts(model, use), {
      label: use.t('mail.deletion.until'),
      value: plain(use.time(model.until)),
    }),
    words(use.t('mail.deletion.back')),
    ...action(use.t('account-keep.submit'), model.link, use),
    words(use.rich('mail.changed.not_you', { host: use.host })),
  ],
})

export const accountDeleted = ({ at }: AccountDeletedModel, use: ViewUse): MailView => ({
  subject: use.t('mail.deleted.subject'),
  sentTo: 'mail.email-changed.sent_to',
  parts: [
    words(use.rich('mail.deleted.what', { host: use.host })),
    facts({ label: use.t('mail.time'), value: plain(use.time(at)) }),
    words(use.rich('mail.deleted.not_asked', { host: use.host })),
  ],
})
