import type { AccountActivity, AccountActivityModel } from '../account-models.ts'
import { safeText } from '../safe-text.ts'
import { NAME, type View, type ViewUse } from '../view.ts'
import { inAccount } from './account-frame.ts'
import { deviceName } from './device-name.ts'

/** What a person should look at twice. */
const ODD: ReadonlySet<AccountActivity['what']> = new Set([
  'sign_in_failed',
  'disowned',
  'factor_failed',
  'passkey_copied',
  'password_refused',
  'token_reused',
  'codes_suppressed',
  'email_reverted',
])

export function accountActivity(model: AccountActivityModel, use: ViewUse): View {
  const { frame, events, newest, older } = model
  return inAccount(frame, use, {
    template: 'self-service/account/activity',
    title: use.t('account.activity.title'),
    purpose: use.t('account.activity.purpose'),
    data: {
      events: events.map((event) => line(event, use)),
      newest,
      older: older === undefined ? undefined : `?before=${encodeURIComponent(older)}`,
    },
  })
}

function line(event: AccountActivity, use: ViewUse) {
  const { what, at, byOperator, browser, system, country, address, client } = event
  const facts = [
    byOperator ? use.t('account.activity.operator', { host: use.host.text }) : [],
    client === undefined ? [] : safeText(client, NAME),
    deviceName({ browser, system }, use) ?? [],
    country === undefined ? safeText(address ?? '', NAME) || [] : use.country(country),
  ]
  return {
    icon: ODD.has(what) ? 'warn' : 'check',
    says: use.t(`account.activity.${what}`),
    at: { shown: use.minute(at), machine: new Date(at).toISOString() },
    facts: facts.flat(),
  }
}
