import type { AfterModel, RegisterConfirmModel, RegisterModel } from '../models.ts'
import { safeText } from '../safe-text.ts'
import { type Alert, accountFace, EMAIL, type View, type ViewUse } from '../view.ts'
import { outOfDate } from './change-email.ts'
import { passwordAlert } from './password-alert.ts'
import { HOME, wayBack } from './reset.ts'

/** Characters of a name, as an account may have it. */
const NAME = 200

type Fault = Exclude<RegisterModel['error'], undefined | { minutes: number }>

const ABOUT_FIELDS = ['name_malformed', 'email_malformed'] as const
const ABOUT_FORM = ['missing', 'forbidden'] as const

export function register(model: RegisterModel, use: ViewUse): View {
  const { error, minLength, name = '', email = '' } = model
  return {
    template: 'self-service/register',
    title: use.t('register.title'),
    failed: error !== undefined,
    script: 'forms.js',
    again: true,
    data: {
      csrf: model.csrf,
      alert: error && alertFor(error, minLength, use),
      name: {
        value: safeText(name, NAME),
        fault: nameFault(error, name, use),
        autofocus: !error,
      },
      email: {
        value: safeText(email, EMAIL),
        fault: emailFault(error, email, use),
      },
      password: passwordField(use, minLength, error),
      back: wayBack(model.back, use, 'way-back'),
    },
  }
}

export function registerConfirm(model: RegisterConfirmModel, use: ViewUse): View {
  const { error, minLength, begunHere } = model
  return {
    template: 'self-service/register-confirm',
    title: use.t('register-confirm.title'),
    failed: error !== undefined,
    script: 'forms.js',
    data: {
      csrf: model.csrf,
      account: accountFace(model),
      purpose: use.t(begunHere ? 'register-confirm.purpose' : 'register-confirm.elsewhere'),
      alert: error && confirmAlert(model, error, use),
      password: begunHere ? undefined : passwordField(use, minLength, error),
    },
  }
}

function nameFault(error: RegisterModel['error'], typed: string, { t }: ViewUse): string | false {
  if (error === 'missing' && typed === '') return t('register.name.missing')
  return error === 'name_malformed' && t('register.name.again')
}

function emailFault(error: RegisterModel['error'], typed: string, { t }: ViewUse): string | false {
  if (error === 'missing' && typed === '') return t('sign-in.username.missing')
  return error === 'email_malformed' && t('register.email.again')
}

const isAbout = <F extends string>(faults: readonly F[], error: unknown): error is F =>
  faults.some((fault) => fault === error)

function alertFor(error: Fault | { minutes: number }, min: number, use: ViewUse): Alert {
  if (typeof error === 'object') {
    const { minutes } = error
    return {
      lead: use.t('sign-in.error.too_many.lead'),
      text: use.t('sign-in.error.too_many.text', { minutes }),
    }
  }
  if (isAbout(ABOUT_FIELDS, error) || isAbout(ABOUT_FORM, error))
    return { lead: use.t(`register.error.${error}.lead`), text: use.t(`register.error.${error}.text`) }
  return passwordAlert(error, min, use)
}

/** There is a password to type at most. */
function confirmAlert(
  { begunHere, minLength }: RegisterConfirmModel,
  error: NonNullable<RegisterConfirmModel['error']>,
  use: ViewUse,
): Alert {
  if (error === 'missing')
    return { lead: use.t('set-password.error.missing.lead'), text: use.t('set-password.error.missing.text') }
  if (error === 'forbidden' && begunHere) return outOfDate(use)
  return alertFor(error, minLength, use)
}

function passwordField(use: ViewUse, min: number, error: RegisterModel['error']) {
  return {
    label: use.t('sign-in.password'),
    autocomplete: 'new-password',
    minLength: min,
    hint: use.t('set-password.hint', { min }),
    fault: passwordFault(error, use),
    autofocus: false,
  }
}

/** It is never sent back: who left something out types it once more. */
function passwordFault(error: RegisterModel['error'], { t }: ViewUse): string | false {
  if (error === 'missing') return t('set-password.missing')
  const isOther = typeof error !== 'string' || isAbout(ABOUT_FIELDS, error) || isAbout(ABOUT_FORM, error)
  return !isOther && t('set-password.again')
}

export const registerSent = (model: AfterModel, use: ViewUse): View => ({
  template: 'self-service/after',
  title: use.t('register-sent.title'),
  again: true,
  data: {
    title: use.t('register-sent.title'),
    texts: [use.t('register-sent.text'), use.t('register-sent.next')],
    back: wayBack(model.back, use, 'way-back'),
  },
})

export const registerDone = (model: AfterModel, use: ViewUse): View => ({
  template: 'self-service/after',
  title: use.t('register-done.title'),
  again: true,
  data: {
    title: use.t('register-done.title'),
    texts: [use.t('register-done.text')],
    next: wayBack(model.back ?? HOME, use, 'way-back.continue'),
  },
})
