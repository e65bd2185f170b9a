/** Each mail in words: one text for both of its forms, so that they can't say different things. */

import type { MailModels, MailName, NewDeviceModel, ReuseDetectedModel } from './mail-models.ts'
import type { Piece } from './messages.ts'
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

const newDevice = (model: NewDeviceModel, use: ViewUse): MailView => ({
  subject: use.t('mail.device.subject'),
  paragraphs: [use.rich('mail.device.what', { host: use.host })],
  facts: [
    { label: use.t('mail.time'), value: plain(use.time(model.at)) },
    { label: use.t('mail.device.browser'), value: named(model.browser ?? use.t('mail.device.unknown')) },
    { label: use.t('mail.device.system'), value: named(model.system ?? use.t('mail.device.unknown')) },
    { label: use.t('mail.device.address'), value: [{ as: 'code', text: safeText(model.address, 64) }] },
  ],
  advice: [plain(use.t('mail.device.you')), use.rich('mail.device.not_you', { host: use.host })],
})

export const MAIL_VIEWS: { [N in MailName]: View<N> } = {
  'reuse-detected': reuseDetected,
  'new-device': newDevice,
}
