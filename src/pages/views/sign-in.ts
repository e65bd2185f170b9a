import type { SignInError, SignInModel } from '../models.ts'
import { safeText } from '../safe-text.ts'
import { type Alert, clientFace, EMAIL, namePiece, type View, type ViewUse } from '../view.ts'
import { methodRows } from './method-rows.ts'

export function signIn(model: SignInModel, use: ViewUse): View {
  const typed = model.username ?? ''
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
      username: !model.nameless && {
        value: safeText(typed, EMAIL),
        fault: model.error?.kind === 'missing' && use.t('sign-in.username.missing'),
        autofocus: !model.error,
      },
      register: use.links.own(model.register),
      ways: methodRows(model, use),
    },
  }
}

/** Never says what of a first answer was wrong: that would tell whose address has an account. */
export function alertFor(error: SignInError, use: ViewUse): Alert {
  if (error.kind === 'busy' && error.minutes !== undefined) {
    return {
      lead: use.t('sign-in.error.too_many.lead'),
      text: use.t('sign-in.error.too_many.text', { minutes: error.minutes }),
    }
  }
  if ('connector' in error) {
    const values = { connector: namePiece(error.connector), page: use.t('account.identities.title') }
    return {
      lead: use.rich(`sign-in.error.${error.kind}.lead`, values),
      text: use.rich(`sign-in.error.${error.kind}.text`, values),
    }
  }
  return { lead: use.t(`sign-in.error.${error.kind}.lead`), text: use.t(`sign-in.error.${error.kind}.text`) }
}
