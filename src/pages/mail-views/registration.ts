import type { RegistrationKnownModel, RegistrationModel } from '../mail-models.ts'
import { action, facts, type MailView, plain, words } from '../mail-parts.ts'
import type { ViewUse } from '../view.ts'
import { seenFacts } from './seen.ts'

/** To an address that may be anybody's: it says nothing that a stranger chose. */
export const registration = (model: RegistrationModel, use: ViewUse): MailView => ({
  subject: use.t('mail.registration.subject'),
  sentTo: 'mail.registration.sent_to',
  parts: [
    words(use.rich('mail.registration.what', { host: use.host })),
    ...action(use.t('mail.registration.link'), model.link, use),
    words(use.t('mail.registration.once')),
    words(use.t('mail.registration.not_you')),
  ],
})

/** To the owner of an address for which somebody wants another account. */
export const registrationKnown = (model: RegistrationKnownModel, use: ViewUse): MailView => ({
  subject: use.t('mail.registration-known.subject'),
  parts: [
    words(use.rich('mail.registration-known.what', { host: use.host })),
    facts({ label: use.t('mail.time'), value: plain(use.time(model.at)) }, ...seenFacts(model, use)),
    words(use.t('mail.registration-known.you')),
    ...action(use.t('reset-password.title'), model.link, use),
    words(use.t('mail.registration-known.not_you')),
  ],
})
