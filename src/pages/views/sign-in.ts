import type { MessageKey } from '../messages.ts'
import type { SignInError, SignInModel } from '../models.ts'
import { safeText } from '../safe-text.ts'
import { type Alert, clientFace, EMAIL, type View, type ViewUse } from '../view.ts'

export function signIn(model: SignInModel, use: ViewUse): View {
  const typed = model.username ?? ''
  const faults = model.error ? faultyFields(model.error, typed) : {}
  const client = model.client && clientFace(model.client, use)
  return {
    template: 'interaction/sign-in',
    title: use.t('sign-in.title'),
    failed: model.error !== undefined,
    script: 'forms.js',
    again: true,
    data: {
      csrf: model.csrf,
      client,
      purpose: client && use.rich('sign-in.purpose', { client: client.name }),
      alert: model.error && alertFor(model.error, use),
      username: {
        value: safeText(typed, EMAIL),
        fault: faults.username && use.t(faults.username),
        autofocus: !model.error && typed === '',
      },
      password: {
        label: use.t('sign-in.password'),
        autocomplete: 'current-password',
        fault: faults.password && use.t(faults.password),
        autofocus: !model.error && typed !== '',
      },
      remember: model.remember === true,
      reset: use.links.own(model.reset),
      register: use.links.own(model.register),
    },
  }
}

/** Never says which of the two was wrong: that would tell whose address has an account. */
function faultyFields(error: SignInError, typed: string): { username?: MessageKey; password?: MessageKey } {
  switch (error.kind) {
    case 'invalid_credentials':
      return { password: 'sign-in.password.again' }
    case 'missing':
      return {
        password: 'sign-in.password.missing',
        ...(typed.trim() === '' ? { username: 'sign-in.username.missing' } : {}),
      }
    case 'too_long':
      return typed.length > EMAIL
        ? { username: 'sign-in.username.too_long', password: 'sign-in.password.again' }
        : { password: 'sign-in.password.again' }
    case 'forbidden':
    case 'busy':
      return {}
  }
}

function alertFor(error: SignInError, use: ViewUse): Alert {
  if (error.kind === 'busy' && error.minutes !== undefined) {
    return {
      lead: use.t('sign-in.error.too_many.lead'),
      text: use.t('sign-in.error.too_many.text', { minutes: error.minutes }),
    }
  }
  return { lead: use.t(`sign-in.error.${error.kind}.lead`), text: use.t(`sign-in.error.${error.kind}.text`) }
}
