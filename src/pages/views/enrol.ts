import type { EnrolCodesModel, EnrolModel } from '../models.ts'
import { type Alert, accountFace, clientFace, type View, type ViewUse } from '../view.ts'
import { newApp } from './new-app.ts'
import { newCodes } from './new-codes.ts'

/** A second factor that is demanded now: who asks for it, and what it may be. */
export function enrol(model: EnrolModel, use: ViewUse): View {
  const { app, passkey, error } = model
  const client = model.client && clientFace(model.client, use)
  return {
    template: 'interaction/enrol',
    title: use.t(titleOf(model)),
    failed: error !== undefined,
    script: 'forms.js',
    again: true,
    data: {
      csrf: model.csrf,
      client,
      heading: use.t(titleOf(model)),
      purpose: client
        ? use.rich(model.further ? 'enrol.further' : 'enrol.purpose', { client: client.name })
        : use.rich(model.further ? 'enrol.further.house' : 'enrol.purpose.house', {}),
      account: { ...accountFace(model.account), change: use.t('account.change') },
      alert: error && alertFor(error, use),
      passkey,
      app: app && newApp(app),
      fault: error === 'wrong_code' && use.t('code.again'),
    },
  }
}

const titleOf = ({ further }: EnrolModel) => (further ? 'enrol.further.title' : 'enrol.title')

function alertFor(error: NonNullable<EnrolModel['error']>, use: ViewUse): Alert {
  if (error === 'forbidden') return forbidden(use)
  const of =
    error === 'refused' || error === 'taken'
      ? (`passkeys.error.${error}` as const)
      : (`authenticator.error.${error}` as const)
  return { lead: use.t(`account.${of}.lead`), text: use.t(`account.${of}.text`) }
}

const forbidden = ({ t }: ViewUse): Alert => ({
  lead: t('enrol.forbidden.lead'),
  text: t('enrol.forbidden.text'),
})

export function enrolCodes(model: EnrolCodesModel, use: ViewUse): View {
  const { shown, error } = model
  const client = model.client && clientFace(model.client, use)
  return {
    template: 'interaction/enrol-codes',
    title: use.t('account.recovery-codes.yours'),
    failed: error !== undefined,
    script: 'forms.js',
    again: true,
    data: {
      csrf: model.csrf,
      client,
      account: accountFace(model.account),
      alert: error && forbidden(use),
      shown: shown && { ...newCodes(shown, model.account, use), id: shown.id },
    },
  }
}
