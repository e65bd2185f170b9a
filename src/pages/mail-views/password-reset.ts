import type { PasswordResetModel } from '../mail-models.ts'
import { action, facts, type MailView, plain, words } from '../mail-parts.ts'
import type { ViewUse } from '../view.ts'
import { seenFacts } from './seen.ts'

export const passwordReset = (model: PasswordResetModel, use: ViewUse): MailView => ({
  subject: use.t('mail.reset.subject'),
  parts: [
    words(use.rich('mail.reset.what', { host: use.host })),
    ...action(use.t('mail.reset.link'), model.link, use),
    words(use.t('mail.reset.once')),
    facts({ label: use.t('mail.time'), value: plain(use.time(model.at)) }, ...seenFacts(model, use)),
    words(use.t('mail.reset.not_you')),
  ],
})
