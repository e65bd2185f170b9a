import type { NotMeModel } from '../models.ts'
import { accountFace, type View, type ViewUse } from '../view.ts'

export function notMe(model: NotMeModel, use: ViewUse): View {
  const { error } = model
  return {
    template: 'self-service/not-me',
    title: use.t('not-me.title'),
    failed: error !== undefined,
    script: 'forms.js',
    data: {
      csrf: model.csrf,
      account: accountFace(model),
      alert: error && {
        lead: use.t('not-me.error.forbidden.lead'),
        text: use.t('not-me.error.forbidden.text'),
      },
    },
  }
}
