import type { AccountAuthenticatorModel } from '../account-factor-models.ts'
import { safeText } from '../safe-text.ts'
import { NAME, type View, type ViewUse } from '../view.ts'
import { inAccount } from './account-frame.ts'
import { newApp } from './new-app.ts'

type Model = AccountAuthenticatorModel

export function accountAuthenticator(model: Model, use: ViewUse): View {
  const { frame, apps, most, adding, error, label = '' } = model
  return inAccount(frame, use, {
    template: 'self-service/account/authenticator',
    title: use.t('account.authenticator.title'),
    purpose: use.t('account.authenticator.purpose'),
    failed: error !== undefined,
    data: {
      apps: apps.map((app) => line(app, use)),
      full: use.t('account.authenticator.full', { most }),
      adding: adding && newApp(adding),
      alert: error && {
        lead: use.t(`account.authenticator.error.${error}.lead`),
        text: use.t(`account.authenticator.error.${error}.text`),
      },
      fault: error === 'wrong_code' && use.t('code.again'),
      label: safeText(label, NAME),
    },
  })
}

function line({ id, name, createdAt, lastUsedAt }: Model['apps'][number], use: ViewUse) {
  const called = safeText(name ?? '', NAME)
  return {
    id,
    called,
    name: called || use.t('account.authenticator.unnamed'),
    facts: [
      use.t('account.authenticator.added', { at: use.minute(createdAt) }),
      lastUsedAt === undefined
        ? use.t('account.authenticator.unused')
        : use.t('account.authenticator.used', { at: use.minute(lastUsedAt) }),
    ],
  }
}
