import type { SetPasswordDoneModel, SetPasswordModel } from '../models.ts'
import { type Alert, accountFace, type View, type ViewUse } from '../view.ts'
import { passwordAlert } from './password-alert.ts'

export const setPassword = (model: SetPasswordModel, use: ViewUse): View =>
  passwordPage(
    model,
    use,
    use.t(model.passkey ? 'set-password.title.either' : 'set-password.title'),
    use.t('set-password.purpose'),
  )

/** The same form, for who forgot the one before. */
export const resetPassword = (model: SetPasswordModel, use: ViewUse): View =>
  passwordPage(model, use, use.t('reset-password.title'), use.t('reset-password.purpose'))

function passwordPage(model: SetPasswordModel, use: ViewUse, title: string, purpose: string): View {
  const { error, minLength } = model
  const aboutPassword = error !== undefined && !['forbidden', 'busy', 'refused', 'taken'].includes(error)
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
      passkey: model.passkey === true,
      password: {
        label: use.t('set-password.password'),
        autocomplete: 'new-password',
        minLength,
        hint: use.t('set-password.hint', { min: minLength }),
        fault: aboutPassword && use.t(error === 'missing' ? 'set-password.missing' : 'set-password.again'),
        autofocus: !error,
      },
    },
  }
}

function alertFor(error: NonNullable<SetPasswordModel['error']>, minLength: number, use: ViewUse): Alert {
  if (error === 'refused' || error === 'taken') {
    const said = `account.passkeys.error.${error}` as const
    return { lead: use.t(`${said}.lead`), text: use.t(`${said}.text`) }
  }
  if (error !== 'missing' && error !== 'forbidden' && error !== 'busy')
    return passwordAlert(error, minLength, use)
  return { lead: use.t(`set-password.error.${error}.lead`), text: use.t(`set-password.error.${error}.text`) }
}

export function setPasswordDone(model: SetPasswordDoneModel, use: ViewUse): View {
  return {
    template: 'self-service/set-password-done',
    title: titleOf(model, use),
    data: {
      title: titleOf(model, use),
      text: use.rich(model.by === 'passkey' ? 'set-passkey-done.text' : 'set-password-done.text', {
        email: { as: 'name', text: accountFace(model).email },
      }),
      next: use.links.own(model.next),
    },
  }
}

const titleOf = ({ by }: SetPasswordDoneModel, { t }: ViewUse): string =>
  t(by === 'passkey' ? 'set-passkey-done.title' : 'set-password-done.title')
