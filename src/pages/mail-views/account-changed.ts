import type { AccountChangedModel } from '../mail-models.ts'
import { facts, type MailView, plain, words } from '../mail-parts.ts'
import type { ViewUse } from '../view.ts'
import { seenFacts } from './seen.ts'

export const accountChanged = (model: AccountChangedModel, use: ViewUse): MailView => ({
  subject: use.t(`mail.changed.subject.${model.what}`),
  parts: [
    words(use.rich(`mail.changed.what.${model.what}`, { host: use.host })),
    ...leftOver(model, use),
    facts({ label: use.t('mail.time'), value: plain(use.time(model.at)) }, ...seenFacts(model, use)),
    ...advice(model, use),
  ],
})

function advice({ what }: AccountChangedModel, use: ViewUse) {
  // What to do is said already.
  if (what === 'passkey_copied') return []
  if (what === 'factors_reset') return [words(use.t('mail.changed.not_asked'))]
  return [words(use.t('mail.device.you')), words(use.rich('mail.changed.not_you', { host: use.host }))]
}

function leftOver({ left }: AccountChangedModel, use: ViewUse) {
  if (left === undefined) return []
  return [words(left === 0 ? use.t('mail.changed.none_left') : use.t('mail.changed.left', { left }))]
}
