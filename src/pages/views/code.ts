import type { CodeModel } from '../models.ts'
import { accountFace, type View, type ViewUse } from '../view.ts'
import { methodRows } from './method-rows.ts'
import { alertFor } from './sign-in.ts'

/** A code that somebody types. */
export function code(model: CodeModel, use: ViewUse): View {
  const { method, error, trustDays } = model
  return {
    template: 'methods/code',
    title: use.t(`method.${method}.title`),
    failed: error !== undefined,
    script: 'forms.js',
    again: true,
    data: {
      ...{ csrf: model.csrf, method },
      text: use.t(`method.${method}.text`),
      alert: error && alertFor(error, use),
      account: { ...accountFace(model.account), change: use.t('account.change') },
      code: {
        label: use.t(`method.${method}.label`),
        hint: use.t(`method.${method}.hint`),
        numeric: method !== 'recovery-codes',
        fault: error && use.t('code.again'),
        autofocus: !error,
      },
      check: checkOf(trustDays, use),
      checked: model.remember === true,
      ways: methodRows(model.ways, use),
    },
  }
}

/** A box to check, where there is a choice. */
export function checkOf(trustDays: number | undefined, use: ViewUse): string | undefined {
  if (trustDays === undefined) return use.t('sign-in.remember')
  return trustDays > 0 ? use.t('code.trust', { days: trustDays }) : undefined
}
