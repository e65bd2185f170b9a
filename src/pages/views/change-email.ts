import type { EmailConfirmModel, EmailUndoModel } from '../models.ts'
import { safeText } from '../safe-text.ts'
import { accountFace, EMAIL, type View, type ViewUse } from '../view.ts'
import { HOME, wayBack } from './reset.ts'

export const outOfDate = (use: ViewUse) => ({
  lead: use.t('not-me.error.forbidden.lead'),
  text: use.t('not-me.error.forbidden.text'),
})

export function emailConfirm(model: EmailConfirmModel, use: ViewUse): View {
  const { email, error } = model
  const address = { as: 'name', text: safeText(email, EMAIL) } as const
  return {
    template: 'self-service/confirm',
    title: use.t('email-confirm.title'),
    failed: error !== undefined,
    script: 'forms.js',
    data: {
      csrf: model.csrf,
      title: use.t('email-confirm.title'),
      purpose: use.rich('email-confirm.purpose', { email: address, host: use.host }),
      submit: use.t('email-confirm.submit'),
      busy: use.t('set-password.submit.busy'),
      otherwise: use.t('email-confirm.otherwise'),
      alert: error && outOfDate(use),
    },
  }
}

export function emailUndo(model: EmailUndoModel, use: ViewUse): View {
  const { email, error } = model
  return {
    template: 'self-service/confirm',
    title: use.t('email-undo.title'),
    failed: error !== undefined,
    script: 'forms.js',
    data: {
      csrf: model.csrf,
      title: use.t('email-undo.title'),
      purpose: use.rich('email-undo.purpose', { email: { as: 'name', text: accountFace({ email }).email } }),
      submit: use.t('email-undo.submit'),
      busy: use.t('not-me.submit.busy'),
      otherwise: use.t('not-me.next'),
      alert: error && outOfDate(use),
    },
  }
}

/** `next`: where all is done, and the next thing is to sign in. */
export const after =
  (name: 'email-waiting' | 'email-changed' | 'account-kept', next?: typeof HOME) =>
  (_: object, use: ViewUse): View => ({
    template: 'self-service/after',
    title: use.t(`${name}.title`),
    again: true,
    data: {
      title: use.t(`${name}.title`),
      texts: [use.t(`${name}.text`)],
      next: wayBack(next, use, 'way-back.continue'),
    },
  })

export const emailWaiting = after('email-waiting')
export const emailChanged = after('email-changed', HOME)
