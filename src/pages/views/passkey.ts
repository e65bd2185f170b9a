import type { PasskeyModel } from '../models.ts'
import { accountFace, type View, type ViewUse } from '../view.ts'
import { checkOf } from './code.ts'
import { methodRows } from './method-rows.ts'
import { alertFor } from './sign-in.ts'

/** A passkey as one proof more, or of somebody who was named before. */
export function passkey(model: PasskeyModel, use: ViewUse): View {
  const { error, trustDays } = model
  return {
    template: 'methods/passkey',
    title: use.t('method.passkey.title'),
    failed: error !== undefined,
    script: 'forms.js',
    again: true,
    data: {
      csrf: model.csrf,
      alert: error && alertFor(error, use),
      account: { ...accountFace(model.account), change: use.t('account.change') },
      check: checkOf(trustDays, use),
      checked: model.remember === true,
      ways: methodRows(model, use),
    },
  }
}
