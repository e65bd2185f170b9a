import type { SetPasswordDoneModel, SetPasswordModel } from '../models.ts'
import { type Alert, accountFace, type View, type ViewUse } from '../view.ts'
import { passwordAlert } from './password-alert.ts'

export const setPassword = (model: SetPasswordModel, use: ViewUse): View =>
  passwordPage(model, use, use.t('set-password.title'), use.t('set-password.purpose'))

/** The same form, for who forgot the one before. */
export const resetPassword = (model: SetPasswordModel, use: ViewUse): View =>
  passwordPage(model, use, use.t('reset-password.title'), use.t('reset-password.purpose'))

function passwordPage(model: SetPasswordModel, use: ViewUse, title: string, purpose: string): View {
  const { error, minLength } = model
  const aboutPassword = error !== undefined && error !== 'forbidden' && error !== 'busy'
  return {
    template: 'self-service/set-password',
    title,
    failed: error !== undefined,
    script: 'forms.js',
    data: {
      title,
      purpose,
      csrf: model.csrf,
      account: accountFace(model),
      alert: error && alertFor(error, minLength, use),
      password: {
        label: use.t('set-password.password'),
        autocomplete: 'new-password',
        minLength,
        hint: use.t('set-password.hint', { min: minLength }),
        fault: aboutPassword && use.t('set-password.again'),
        autofocus: !error,
      },
    },
  }
}

function alertFor(error: NonNullable<SetPasswordModel['error']>, minLength: number, use: ViewUse): Alert {
  if (error !== 'missing' && error !== 'forbidden' && error !== 'busy')
    return passwordAlert(error, minLength, use)
  return { lead: use.t(`set-password.error.${error}.lead`), text: use.t(`set-password.error.${error}.text`) }
}

export function setPasswordDone(model: SetPasswordDoneModel, use: ViewUse): View {
  return {
    template: 'self-service/set-password-done',
    title: use.t('set-password-done.title'),
    data: {
      text: use.rich('set-password-done.text', { email: { as: 'name', text: accountFace(model).email } }),
      next: use.links.own(model.next),
    },
  }
}
