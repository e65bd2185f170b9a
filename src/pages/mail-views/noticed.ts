import type { NoticedModel } from '../mail-models.ts'
import { action, facts, type MailPart, type MailView, plain, words } from '../mail-parts.ts'
import type { ViewUse } from '../view.ts'
import { seenFacts } from './seen.ts'

export function noticed(model: NoticedModel, use: ViewUse): MailView {
  const { what, rules } = model
  const isNewDevice = what === 'sign_in' && rules.includes('new_device')
  return {
    subject: use.t(isNewDevice ? 'mail.device.subject' : `mail.noticed.subject.${what}`),
    parts: [
      words(use.rich(`mail.noticed.what.${what}`, { host: use.host })),
      ...rules.map((rule) => words(use.t(`mail.noticed.because.${rule}`))),
      whereFrom(model, use),
      words(use.t(what === 'refused' ? 'mail.noticed.refused.you' : 'mail.device.you')),
      words(use.rich('mail.device.not_you', { host: use.host })),
      ...notMe(model.link, use),
    ],
  }
}

const whereFrom = (model: NoticedModel, use: ViewUse): MailPart =>
  facts(
    { label: use.t('mail.time'), value: plain(use.time(model.at)) },
    ...seenFacts(model, use, use.t('mail.device.unknown')),
  )

function notMe(link: string | undefined, use: ViewUse): MailPart[] {
  const press = action(use.t('mail.noticed.not_me.link'), link, use)
  return press.length === 0 ? [] : [words(use.t('mail.noticed.not_me')), ...press]
}
