/** Each mail in words: one text for both of its forms, so that they can't say different things. */

import type { MailModels, MailName, NoticedModel, ReuseDetectedModel } from './mail-models.ts'
import type { MessageKey, Piece } from './messages.ts'
import { safeText } from './safe-text.ts'
import { clientFace, type ViewUse } from './view.ts'

export interface MailView {
  /** Free of names that strangers chose. */
  subject: string
  paragraphs: Piece[][]
  facts: { label: string; value: Piece[] }[]
  /** Below the facts: what the reader does now. */
  advice: Piece[][]
}

type View<N extends MailName> = (model: MailModels[N], use: ViewUse) => MailView

const plain = (text: string): Piece[] => [{ as: 'text', text }]
const named = (text: string): Piece[] => [{ as: 'name', text: safeText(text, 64) }]

const reuseDetected = (model: ReuseDetectedModel, use: ViewUse): MailView => {
  const { name } = clientFace(model.client, use)
  return {
    subject: use.t('mail.reuse.subject'),
    paragraphs: [
      use.rich('mail.reuse.what', { client: name }),
      use.rich(`mail.reuse.ended.${model.ended}`, { client: name }),
    ],
    facts: [
      { label: use.t('mail.app'), value: [name] },
      { label: use.t('mail.time'), value: plain(use.time(model.at)) },
    ],
    advice: [plain(use.t('mail.reuse.next')), use.rich('mail.reuse.worry', { host: use.host })],
  }
}

const noticed = (model: NoticedModel, use: ViewUse): MailView => {
  const { what, rules, country, address, link } = model
  const isNewDevice = what === 'sign_in' && rules.includes('new_device')
  const unknown = use.t('mail.device.unknown')
  const fact = (label: MessageKey, value: Piece[] | undefined) =>
    value === undefined ? [] : [{ label: use.t(label), value }]
  return {
    subject: use.t(isNewDevice ? 'mail.device.subject' : `mail.noticed.subject.${what}`),
    paragraphs: [
      use.rich(`mail.noticed.what.${what}`, { host: use.host }),
      ...rules.map((rule) => plain(use.t(`mail.noticed.because.${rule}`))),
    ],
    facts: [
      { label: use.t('mail.time'), value: plain(use.time(model.at)) },
      { label: use.t('mail.device.browser'), value: named(model.browser ?? unknown) },
      { label: use.t('mail.device.system'), value: named(model.system ?? unknown) },
      ...fact('mail.device.address', address === undefined ? undefined : coded(address)),
      ...fact('mail.device.country', country === undefined ? undefined : named(use.country(country))),
    ],
    advice: [
      plain(use.t(what === 'refused' ? 'mail.noticed.refused.you' : 'mail.device.you')),
      use.rich('mail.device.not_you', { host: use.host }),
      ...(link === undefined ? [] : notMe(link, use)),
    ],
  }
}

const coded = (text: string): Piece[] => [{ as: 'code', text: safeText(text, 64) }]

const notMe = (path: string, use: ViewUse): Piece[][] => {
  const href = use.links.own(path)
  if (href === undefined) return []
  return [
    plain(use.t('mail.noticed.not_me')),
    [{ as: 'link', text: use.t('mail.noticed.not_me.link'), href: `${use.issuer}${href}` }],
  ]
}

export const MAIL_VIEWS: { [N in MailName]: View<N> } = {
  'reuse-detected': reuseDetected,
  noticed,
}
