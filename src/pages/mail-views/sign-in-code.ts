import type { CodesSuppressedModel, SignInCodeModel } from '../mail-models.ts'
import { code, facts, type MailView, plain, words } from '../mail-parts.ts'
import type { ViewUse } from '../view.ts'
import { seenFacts } from './seen.ts'

export const signInCode = (model: SignInCodeModel, use: ViewUse): MailView => ({
  subject: use.t('mail.code.subject', { code: model.code }),
  parts: [
    words(use.rich('mail.code.what', { host: use.host })),
    code(model.code),
    words(use.t('mail.code.once')),
    facts({ label: use.t('mail.time'), value: plain(use.time(model.at)) }, ...seenFacts(model, use)),
    words(use.t('mail.code.not_you')),
  ],
})

export const codesSuppressed = (model: CodesSuppressedModel, use: ViewUse): MailView => ({
  subject: use.t('mail.suppressed.subject'),
  parts: [
    words(use.rich('mail.suppressed.what', { host: use.host })),
    facts({ label: use.t('mail.time'), value: plain(use.time(model.at)) }, ...seenFacts(model, use)),
    words(use.t('mail.suppressed.you')),
    words(use.t('mail.suppressed.not_you')),
  ],
})
