import type { NoticedModel } from '../mail-models.ts'
import { action, coded, facts, type MailPart, type MailView, named, plain, words } from '../mail-parts.ts'
import type { ViewUse } from '../view.ts'

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

function whereFrom({ at, browser, system, address, country }: NoticedModel, use: ViewUse): MailPart {
  const unknown = use.t('mail.device.unknown')
  return facts(
    { label: use.t('mail.time'), value: plain(use.time(at)) },
    { label: use.t('mail.device.browser'), value: named(browser ?? unknown) },
    { label: use.t('mail.device.system'), value: named(system ?? unknown) },
    address === undefined ? undefined : { label: use.t('mail.device.address'), value: coded(address) },
    country === undefined
      ? undefined
      : { label: use.t('mail.device.country'), value: named(use.country(country)) },
  )
}

function notMe(link: string | undefined, use: ViewUse): MailPart[] {
  const press = action(use.t('mail.noticed.not_me.link'), link, use)
  return press.length === 0 ? [] : [words(use.t('mail.noticed.not_me')), ...press]
}
