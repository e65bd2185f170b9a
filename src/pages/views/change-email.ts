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

export const emailWaiting = (_: object, use: ViewUse): View => ({
  template: 'self-service/after',
  title: use.t('email-waiting.title'),
  again: true,
  data: { title: use.t('email-waiting.title'), texts: [use.t('email-waiting.text')] },
})

export const emailChanged = (_: object, use: ViewUse): View => afterwards('email-changed', use)

/** All is done, and the next thing is to sign in. */
export const afterwards = (name: 'email-changed' | 'account-kept', use: ViewUse): View => ({
  template: 'self-service/after',
  title: use.t(`${name}.title`),
  again: true,
  data: {
    title: use.t(`${name}.title`),
    texts: [use.t(`${name}.text`)],
    next: wayBack(HOME, use, 'way-back.continue'),
  },
})
