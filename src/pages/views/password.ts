import type { PasswordModel } from '../models.ts'
import { accountFace, clientFace, type View, type ViewUse } from '../view.ts'
import { methodRows } from './method-rows.ts'
import { alertFor } from './sign-in.ts'

export function password(model: PasswordModel, use: ViewUse): View {
  const { error } = model
  const client = model.client && clientFace(model.client, use)
  const isAboutPassword =
    error !== undefined && ['missing', 'invalid_credentials', 'too_long'].includes(error.kind)
  return {
    template: 'interaction/password',
    title: use.t('password.title'),
    failed: error !== undefined,
    script: 'forms.js',
    again: true,
    data: {
      csrf: model.csrf,
      client,
      purpose: client && use.rich('sign-in.purpose', { client: client.name }),
      alert: error && alertFor(error, use),
      account: { ...accountFace({ email: model.username }), change: use.t('account.change') },
      password: {
        label: use.t('sign-in.password'),
        autocomplete: 'current-password',
        fault:
          isAboutPassword &&
          use.t(error.kind === 'missing' ? 'sign-in.password.missing' : 'sign-in.password.again'),
        autofocus: !error,
      },
      remember: model.remember === true,
      ways: methodRows(model, use),
      reset: use.links.own(model.reset),
    },
  }
}
