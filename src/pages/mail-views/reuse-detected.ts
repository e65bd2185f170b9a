import type { ReuseDetectedModel } from '../mail-models.ts'
import { facts, type MailView, plain, words } from '../mail-parts.ts'
import { clientFace, type ViewUse } from '../view.ts'

export function reuseDetected(model: ReuseDetectedModel, use: ViewUse): MailView {
  const { name } = clientFace(model.client, use)
  return {
    subject: use.t('mail.reuse.subject'),
    parts: [
      words(use.rich('mail.reuse.what', { client: name })),
      words(use.rich(`mail.reuse.ended.${model.ended}`, { client: name })),
      facts(
        { label: use.t('mail.app'), value: [name] },
        { label: use.t('mail.time'), value: plain(use.time(model.at)) },
      ),
      words(use.t('mail.reuse.next')),
      words(use.rich('mail.reuse.worry', { host: use.host })),
    ],
  }
}
