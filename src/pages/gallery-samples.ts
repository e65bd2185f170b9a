/** Models for the gallery. Names are nobody's (RFC 2606, RFC 5737). */
import type {
  CodeModel,
  ConsentModel,
  ErrorModel,
  PasskeyModel,
  PasswordModel,
  RegisterConfirmModel,
  RegisterModel,
  SetPasswordModel,
  SignInModel,
  WayBackModel,
} from './models.ts'

export const csrf = 'c8b1f0a94c6e4d7d'
export const email = 'mira.okafor@example.com'
export const ledger = { name: 'Ledger' }
export const longName = 'The Association of Lighthouse Keepers and Harbour Pilots of the North, Accounts'

export const wayBack: WayBackModel = { client: ledger, href: '/interaction/sample' }
export const signIn: SignInModel = {
  csrf,
  client: ledger,
  register: '/register?uid=sample',
  ways: ['passkey'],
}
export const passwordAsked: PasswordModel = {
  csrf,
  client: ledger,
  username: email,
  ways: ['passkey', 'email-code'],
  reset: '/reset?uid=sample',
}
export const code: CodeModel = {
  ...{ csrf, account: { email, name: 'Mira Okafor' }, trustDays: 30 },
  ...{ method: 'totp', ways: ['passkey', 'sms-code', 'recovery-codes'] },
}
export const passkey: PasskeyModel = {
  ...{ csrf, account: { email, name: 'Mira Okafor' }, trustDays: 30, ways: ['totp', 'recovery-codes'] },
}
export const sentTo = { unsent: false, to: 'm…@example.com', againIn: 27 }
export const unsent = { unsent: true, againIn: 0 }
export const setPassword: SetPasswordModel = { csrf, email, minLength: 8 }
export const registering: RegisterModel = { csrf, minLength: 8 }
export const confirming: RegisterConfirmModel = { csrf, email, minLength: 8, begunHere: true }
export const registered: RegisterModel = { ...registering, name: 'Mira Okafor', email }

export const consent: ConsentModel = {
  csrf,
  client: { name: 'Fieldnotes', verified: true, tosUri: 'https://fieldnotes.example/terms' },
  redirectUri: 'https://app.fieldnotes.example/auth/callback',
  account: { email, name: 'Mira Okafor' },
  scopes: [
    { name: 'openid', isNew: true },
    { name: 'profile', isNew: true },
    { name: 'email', isNew: true },
  ],
  connectedApps: '/account/applications',
}

export const fullConsent: ConsentModel = {
  ...consent,
  client: { ...consent.client, policyUri: 'https://fieldnotes.example/privacy' },
  scopes: [
    ...consent.scopes.map(({ name }) => ({ name, isNew: false })),
    { name: 'phone', isNew: false },
    { name: 'address', isNew: false },
    { name: 'groups', isNew: true },
    { name: 'offline_access', isNew: true },
    { name: 'archive', isNew: true },
  ],
  claims: [
    { name: 'birthdate', isNew: true },
    { name: 'zoneinfo', isNew: true },
  ],
  resources: [
    {
      identifier: 'https://api.example',
      scopes: [
        { name: 'orders:read', description: 'See your orders', isNew: true },
        { name: 'orders:write', isNew: false },
      ],
    },
  ],
  offlineDays: 30,
}

export const error: ErrorModel = {
  code: 'not_found',
  status: 404,
  requestId: '0199a3c2-7d1e-7b4a-9c55-2f6f0c1d8e42',
  time: Date.UTC(2026, 10, 23, 9, 41, 7),
}

export const mismatch: ErrorModel = {
  ...error,
  code: 'redirect_uri_mismatch',
  status: 400,
  client: { name: 'Fieldnotes' },
  developer: {
    clientId: 'fieldnotes-web',
    explanation: 'The address to return to is not registered. Addresses are compared character by character.',
    received: 'https://app.fieldnotes.example/auth/callback/',
    registered: [
      'https://app.fieldnotes.example/auth/callback',
      'https://staging.fieldnotes.example/auth/callback',
    ],
    endpoint: 'GET /oauth2/authorize',
  },
}

export const formPostFields = [
  { name: 'code', value: 'sample' },
  { name: 'state', value: 'a"b<c' },
]
export const logoutFields = [{ name: 'csrf', value: csrf }]
