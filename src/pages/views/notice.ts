import type { NoticeModel } from '../models.ts'
import { safeText } from '../safe-text.ts'
import type { View, ViewUse } from '../view.ts'

export function notice(model: NoticeModel, use: ViewUse): View {
  const heading = safeText(model.heading, 120)
  const href = use.links.own(model.link?.href) ?? use.links.outside(model.link?.href)
  return {
    template: 'notice',
    title: heading,
    again: true,
    data: {
      heading,
      text: safeText(model.text, 1000),
      link: href && model.link && { href, label: safeText(model.link.label, 64) },
    },
  }
}
