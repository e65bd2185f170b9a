/** `/account/authenticator`: apps that make codes. One is added by scanning a picture and showing a code of it. */
import type { Credential } from '../../accounts/person.ts'
import { readLabel } from '../../methods/label.ts'
import type { AddApp } from '../../methods/totp/add-app.ts'
import { totpAddress } from '../../methods/totp/address.ts'
import { MOST_APPS } from '../../methods/totp/stored.ts'
import { TOTP_PROVEN } from '../../methods/totp/totp.ts'
import type { AccountAuthenticatorModel } from '../../pages/account-factor-models.ts'
import type { Clock } from '../../shared/clock.ts'
import { changeOwnFactor, holderOf, type OwnFactorsUse } from './own-factors.ts'
import type { AccountPage, Visit } from './page.ts'
import { RECOVERY_CODES_PATH } from './recovery-codes.ts'

export interface AuthenticatorUse extends OwnFactorsUse {
  addApp: AddApp
  /** Of the issuer: what an app calls us. */
  host: string
  clock: Clock
}

type Fault = NonNullable<AccountAuthenticatorModel['error']>

export const AUTHENTICATOR_PATH = '/account/authenticator'

export function createAuthenticatorPage(use: AuthenticatorUse): AccountPage {
  return {
    path: AUTHENTICATOR_PATH,
    entry: { group: 'sign_in', icon: 'clock', title: 'account.authenticator.title' },
    fresh: 'always',
    // Whoever opens the page anew gets another secret: one that was seen before is no good.
    show: async (visit) => {
      const apps = await appsOf(use, visit)
      const secret = apps.length < MOST_APPS ? await use.addApp.begin(holderOf(visit)) : undefined
      show(use, visit, { apps, secret })
    },
    submit: async (visit, form) => {
      const says = { removed: 'app_removed', renamed: 'app_renamed' } as const
      if (!(await changeOwnFactor(use, visit, 'totp', form, says))) await confirm(use, visit, form)
    },
    summary: async (visit) => {
      const apps = (await appsOf(use, visit)).length
      return apps === 0
        ? { says: 'account.authenticator.none' }
        : { says: 'account.authenticator.count', values: { apps } }
    },
  }
}

const appsOf = async (use: AuthenticatorUse, { account }: Visit): Promise<Credential[]> =>
  (await use.credentialsOf(account.id)).filter(({ method }) => method === 'totp')

interface Shown {
  apps: Credential[]
  secret: string | undefined
  error?: Fault
  label?: string
}

function show({ host }: AuthenticatorUse, visit: Visit, { apps, secret, error, label }: Shown): void {
  const { email } = visit.account
  visit.show(
    'account-authenticator',
    {
      apps: apps.map(({ id, label: name, createdAt, lastUsedAt }) => ({ id, name, createdAt, lastUsedAt })),
      most: MOST_APPS,
      ...(secret !== undefined && { adding: { secret, address: totpAddress(secret, { email, host }) } }),
      ...(error !== undefined && { error }),
      ...(label !== undefined && { label }),
    },
    error === undefined ? {} : { status: 400 },
  )
}

async function confirm(use: AuthenticatorUse, visit: Visit, form: Record<string, string>): Promise<void> {
  const { account, origin } = visit
  const holder = holderOf(visit)
  const given = { code: form['code'] ?? '', label: readLabel(form['name']) }
  const outcome = await use.addApp.confirm(account, holder, given, origin)
  if (outcome.ok) {
    await visit.prove({ ...TOTP_PROVEN, method: 'totp', at: use.clock.now() })
    return visit.done('app_added', outcome.first ? RECOVERY_CODES_PATH : AUTHENTICATOR_PATH)
  }
  const error = outcome.reason === 'gone' ? 'expired' : outcome.reason
  const apps = await appsOf(use, visit)
  // Who has scanned the picture and typed a wrong code must not have to scan another.
  const shown = error === 'wrong_code' ? await use.addApp.shown(holder) : undefined
  const secret = apps.length < MOST_APPS ? (shown ?? (await use.addApp.begin(holder))) : undefined
  show(use, visit, { apps, secret, error, label: form['name'] ?? '' })
}
