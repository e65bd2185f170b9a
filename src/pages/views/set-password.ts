import type { SetPasswordDoneModel, SetPasswordModel } from '../models.ts'
import { accountFace, type View, type ViewUse } from '../view.ts'

export function setPassword(model: SetPasswordModel, use: ViewUse): View {
  const { error, minLength } = model
  const aboutPassword = error !== undefined && error !== 'forbidden' && error !== 'busy'
  return {
    template: 'self-service/set-password',
    title: use.t('set-password.title'),
    failed: error !== undefined,
    script: 'forms.js',
    data: {
      csrf: model.csrf,
      account: accountFace(model),
      alert: error && {
        lead: use.t(`set-password.error.${error}.lead`),
        text: use.t(`set-password.error.${error}.text`, { min: minLength }),
      },
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
