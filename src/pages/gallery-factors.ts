/** Models of the pages at `/account` about second factors, for the gallery. */
import type {
  AccountAuthenticatorModel,
  AccountPasskeysModel,
  AccountPhoneModel,
  AccountRecoveryCodesModel,
} from './account-factor-models.ts'
import type { AccountLine, AccountOverviewModel } from './account-models.ts'
import { frameAt, signedInAt } from './gallery-account.ts'
import { csrf, email, ledger, longName } from './gallery-samples.ts'
import type { EnrolCodesModel, EnrolModel } from './models.ts'

const secret = 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP'
const app = (id: string, name: string | undefined, lastUsedAt?: number) => ({
  ...{ id, name, createdAt: signedInAt },
  lastUsedAt,
})

export const authenticator: AccountAuthenticatorModel = {
  frame: frameAt('/account/authenticator'),
  apps: [],
  most: 5,
  adding: { secret, address: `otpauth://totp/id.example:mira?secret=${secret}&issuer=id.example` },
}

export const authenticatorApps: AccountAuthenticatorModel = {
  ...{ ...authenticator, frame: { ...authenticator.frame, done: 'app_added' } },
  apps: [app('1', 'Pixel 10', signedInAt + 3_600_000), app('2', undefined), app('3', longName)],
}

const { adding: _, ...noMore } = authenticatorApps
export const authenticatorFull: AccountAuthenticatorModel = {
  ...noMore,
  apps: ['Pixel 10', 'Old phone', 'Tablet', 'Key ring', undefined].map((name, n) => app(String(n), name)),
}

export const enrol: EnrolModel = {
  csrf,
  client: ledger,
  account: { email },
  passkey: true,
  app: authenticator.adding ?? { secret, address: '' },
}

export const recoveryCodes: AccountRecoveryCodesModel = {
  frame: frameAt('/account/recovery-codes'),
  ...{ possible: true, of: 10, few: 3 },
}
const set = { id: '1', madeAt: signedInAt, left: 8, noted: true }
export const recoveryCodesLeft: AccountRecoveryCodesModel = { ...recoveryCodes, set }
export const recoveryCodesFew: AccountRecoveryCodesModel = {
  ...recoveryCodes,
  set: { ...set, left: 2, noted: false },
}
export const recoveryCodesShown: AccountRecoveryCodesModel = {
  ...{ ...recoveryCodes, frame: { ...recoveryCodes.frame, done: 'codes_made' } },
  set: { ...set, left: 10, noted: false },
  shown: {
    codes: Array.from({ length: 10 }, (_none, n) => `k3f${n}-2mxc-v8q${n}-7tzd`),
    at: signedInAt,
  },
}

export const phone: AccountPhoneModel = { frame: frameAt('/account/phone'), adding: {} }
const number = { id: '1', ends: '47', createdAt: signedInAt, lastUsedAt: signedInAt + 3_600_000 }
export const phoneThere: AccountPhoneModel = {
  ...{ ...phone, frame: { ...phone.frame, done: 'phone_replaced' } },
  number,
}
/** Where policy has no more text messages. */
export const phoneLeft: AccountPhoneModel = {
  frame: { ...phone.frame, alert: 'needed' },
  number: { ...number, lastUsedAt: undefined },
}
export const phoneWaiting: AccountPhoneModel = {
  ...phone,
  adding: { number: '+447700900047', again: 30_000 },
}

export const enrolCodes: EnrolCodesModel = {
  csrf,
  account: { email },
  shown: { ...(recoveryCodesShown.shown ?? { codes: [], at: signedInAt }), id: '1' },
}

const lines = (apps: AccountLine, codes?: AccountLine): AccountOverviewModel['summaries'] => [
  {
    ...{ group: 'sign_in', icon: 'clock', title: 'account.authenticator.title' },
    ...{ href: '/account/authenticator', ...apps },
  },
  ...(codes === undefined
    ? []
    : [
        {
          ...{ group: 'sign_in' as const, icon: 'key', title: 'account.recovery-codes.title' as const },
          ...{ href: '/account/recovery-codes', ...codes },
        },
      ]),
]

const apps = { says: 'account.authenticator.count', values: { apps: 2 } } as const

const passkeyLine = (line: AccountLine): AccountOverviewModel['summaries'][number] => ({
  ...{ group: 'sign_in', icon: 'passkey', title: 'account.passkeys.title', href: '/account/passkeys' },
  ...line,
})

const phoneLine = (line: AccountLine): AccountOverviewModel['summaries'] => [
  {
    ...{ group: 'sign_in', icon: 'message', title: 'account.phone.title', href: '/account/phone' },
    ...line,
  },
]

export const factorLines: readonly AccountOverviewModel['summaries'][] = [
  [passkeyLine({ says: 'account.passkeys.none' })],
  [passkeyLine({ says: 'account.passkeys.count', values: { passkeys: 2 } })],
  [passkeyLine({ says: 'account.passkeys.copied', warns: true })],
  phoneLine({ says: 'account.phone.none' }),
  phoneLine({ says: 'account.phone.ends', values: { ends: '47' } }),
  lines({ says: 'account.authenticator.none' }),
  lines(apps, { says: 'account.recovery-codes.none', warns: true }),
  lines(apps, { says: 'account.recovery-codes.not_noted', warns: true }),
  lines(apps, { says: 'account.recovery-codes.few', values: { left: 2 }, warns: true }),
  lines(apps, { says: 'account.recovery-codes.left', values: { left: 8, of: 10 } }),
]

const passkey = {
  ...{ createdAt: signedInAt, lastUsedAt: signedInAt, backedUp: true, copied: false, unasked: false },
  provider: 'iCloud Keychain',
}

export const passkeys: AccountPasskeysModel = {
  frame: frameAt('/account/passkeys'),
  passkeys: [
    { ...passkey, id: '1', credentialId: 'a-1' },
    { ...passkey, id: '3', credentialId: 'a-3', provider: undefined },
    {
      ...{ ...passkey, id: '4', credentialId: 'a-4', provider: 'Google Password Manager' },
      ...{ unasked: true, lastUsedAt: undefined },
    },
    {
      ...{ ...passkey, id: '2', credentialId: 'a-2', name: longName },
      ...{ provider: undefined, backedUp: false, copied: true, lastUsedAt: undefined },
    },
  ],
  most: 20,
  known: { rpId: 'localhost', allAcceptedCredentialIds: ['a-1', 'a-2', 'a-3', 'a-4'] },
}
