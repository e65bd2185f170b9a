import type { AccountEmailModel, AccountVerifyEmailModel } from '../account-models.ts'
import { safeText } from '../safe-text.ts'
import { EMAIL, type View, type ViewUse } from '../view.ts'
import { inAccount } from './account-frame.ts'

export function accountEmail(model: AccountEmailModel, use: ViewUse): View {
  const { frame, email, emailVerified, pending, typed = '', error } = model
  return inAccount(frame, use, {
    template: 'self-service/account/email',
    title: use.t('account.email.title'),
    purpose: use.t('account.email.purpose'),
    failed: error !== undefined,
    data: {
      email: safeText(email, EMAIL),
      emailVerified,
      pending:
        pending &&
        use.rich('account.email.pending', { email: { as: 'name', text: safeText(pending, EMAIL) } }),
      typed: safeText(typed, EMAIL),
      alert: error && {
        lead: use.t(`account.email.error.${error}.lead`),
        text: use.t(`account.email.error.${error}.text`),
      },
      fault: faultOf(error, use),
    },
  })
}

function faultOf(error: AccountEmailModel['error'], { t }: ViewUse): string | false {
  if (error === 'missing') return t('sign-in.username.missing')
  return error !== undefined && error !== 'too_many' && t('register.email.again')
}

export const accountVerifyEmail = ({ frame, email, kind }: AccountVerifyEmailModel, use: ViewUse): View =>
  inAccount(frame, use, {
    template: 'self-service/account/verify-email',
    title: use.t('account.verify.title'),
    purpose: use.t(`account.verify.purpose.${kind}`),
    again: false,
    data: { email: safeText(email, EMAIL) },
  })
