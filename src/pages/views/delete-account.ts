import type { AccountDeleteModel } from '../account-models.ts'
import type { AccountDeletedModel, AccountKeepModel } from '../models.ts'
import { accountFace, type View, type ViewUse } from '../view.ts'
import { inAccount } from './account-frame.ts'
import { after, outOfDate } from './change-email.ts'
import { HOME } from './reset.ts'

export const accountDelete = ({ frame, days }: AccountDeleteModel, use: ViewUse): View =>
  inAccount(frame, use, {
    template: 'self-service/account/delete',
    title: use.t('account.delete.title'),
    purpose: use.t('account.delete.purpose'),
    data: { effect: use.t('account.delete.effect'), wait: use.t('account.delete.wait', { days }) },
  })

export const accountDeleted = ({ days }: AccountDeletedModel, use: ViewUse): View => ({
  template: 'self-service/after',
  title: use.t('account-deleted.title'),
  again: true,
  data: {
    title: use.t('account-deleted.title'),
    texts: [use.t('account-deleted.text', { days }), use.t('account-deleted.back')],
  },
})

export const accountKept = after('account-kept', HOME)

export function accountKeep(model: AccountKeepModel, use: ViewUse): View {
  const { email, error } = model
  return {
    template: 'self-service/confirm',
    title: use.t('account-keep.title'),
    failed: error !== undefined,
    script: 'forms.js',
    data: {
      csrf: model.csrf,
      title: use.t('account-keep.title'),
      purpose: use.rich('account-keep.purpose', {
        email: { as: 'name', text: accountFace({ email }).email },
      }),
      submit: use.t('account-keep.submit'),
      busy: use.t('set-password.submit.busy'),
      otherwise: use.t('account-keep.otherwise'),
      alert: error && outOfDate(use),
    },
  }
}
