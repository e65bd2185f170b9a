/** Models of the pages at `/account`, for the gallery. */
import type {
  AccountActivityModel,
  AccountApplicationsModel,
  AccountDeleteModel,
  AccountEmailModel,
  AccountFrame,
  AccountOverviewModel,
  AccountPasswordModel,
  AccountProfileModel,
  AccountSession,
  AccountSessionsModel,
  AccountVerifyEmailModel,
} from './account-models.ts'
import { consent, csrf, email, fullConsent, ledger, longName } from './gallery-samples.ts'

const entries = [
  { group: 'you', icon: 'place', title: 'account.overview.title', href: '/account' },
  { group: 'you', icon: 'user', title: 'account.profile.title', href: '/account/profile' },
  { group: 'you', icon: 'mail', title: 'account.email.title', href: '/account/email' },
  { group: 'you', icon: 'stop', title: 'account.delete.title', href: '/account/delete' },
  { group: 'sign_in', icon: 'lock', title: 'account.password.title', href: '/account/password' },
  { group: 'sign_in', icon: 'passkey', title: 'account.passkeys.title', href: '/account/passkeys' },
  { group: 'sign_in', icon: 'link', title: 'account.identities.title', href: '/account/identities' },
  {
    group: 'sign_in',
    icon: 'clock',
    title: 'account.authenticator.title',
    href: '/account/authenticator',
  },
  { group: 'sign_in', icon: 'message', title: 'account.phone.title', href: '/account/phone' },
  {
    group: 'sign_in',
    icon: 'key',
    title: 'account.recovery-codes.title',
    href: '/account/recovery-codes',
  },
  { group: 'access', icon: 'screen', title: 'account.sessions.title', href: '/account/sessions' },
  { group: 'access', icon: 'app', title: 'account.applications.title', href: '/account/applications' },
  { group: 'access', icon: 'list', title: 'account.activity.title', href: '/account/activity' },
] as const

export const frameAt = (path: string): AccountFrame => ({
  csrf,
  account: { email, name: 'Mira Okafor' },
  navigation: entries.map((entry) => ({ ...entry, current: entry.href === path })),
})

export const accountFrame = frameAt('/account')

export const overview: AccountOverviewModel = {
  frame: accountFrame,
  name: 'Mira Okafor',
  email,
  emailVerified: true,
  offersPasskey: false,
  summaries: [{ ...entries[4], says: 'account.password.set', at: Date.UTC(2026, 6, 19, 16, 2) }],
}

/** Of whom nothing is known but an address, and that a long one. */
const longEmail = `${'mira.'.repeat(30)}okafor@example.com`
export const unnamed: Omit<AccountOverviewModel, 'summaries' | 'offersPasskey'> = {
  frame: { ...accountFrame, account: { email: longEmail } },
  name: '',
  email: longEmail,
  emailVerified: false,
}

export const deletion: AccountDeleteModel = { frame: frameAt('/account/delete'), days: 14 }
export const emailPage: AccountEmailModel = { frame: frameAt('/account/email'), email, emailVerified: true }
export const verifyEmail: AccountVerifyEmailModel = {
  frame: frameAt('/account/email'),
  email,
  kind: 'verify',
}

export const signedInAt = Date.UTC(2026, 10, 23, 8, 14)

const laptop: AccountSession = {
  id: 'nQ3xk0dC1vQb7L2m',
  current: true,
  label: undefined,
  browser: 'Firefox',
  system: 'Linux',
  kind: 'desktop',
  country: 'NL',
  signedInAt,
  lastSeenAt: signedInAt,
  clients: ['Ledger', 'Fieldnotes'],
}

export const sessions: AccountSessionsModel = {
  frame: frameAt('/account/sessions'),
  sessions: [
    laptop,
    {
      ...{ ...laptop, id: 'bY9r', current: false, clients: ['Fieldnotes'], country: 'BE', kind: 'mobile' },
      ...{ browser: 'Chrome', system: 'Android', lastSeenAt: signedInAt + 3_600_000 },
    },
    { ...laptop, id: 'c0Wd', current: false, label: 'Living-room TV', clients: [longName] },
    {
      ...{ ...laptop, id: 'dUv2', current: false, clients: [], browser: undefined, system: undefined },
      ...{ country: undefined, signedInAt: undefined, lastSeenAt: undefined },
    },
  ],
  more: 0,
}

export const oneSession: AccountSessionsModel = { ...sessions, sessions: [laptop] }
export const manySessions: AccountSessionsModel = { ...sessions, more: 312 }

const { scopes, claims = [], resources = [] } = fullConsent

export const applications: AccountApplicationsModel = {
  frame: frameAt('/account/applications'),
  applications: [
    {
      ...{ id: 'fieldnotes', client: { name: 'Fieldnotes' }, since: signedInAt, lastSeenAt: signedInAt },
      allowed: { scopes, claims, resources },
    },
    { id: 'ledger', client: ledger, since: signedInAt, lastSeenAt: undefined },
    {
      ...{ id: 'lighthouses', client: { name: longName }, since: undefined, lastSeenAt: undefined },
      allowed: { scopes: consent.scopes },
    },
  ],
}

export const noApplications: AccountApplicationsModel = { ...applications, applications: [] }

export const password: AccountPasswordModel = {
  frame: frameAt('/account/password'),
  setAt: Date.UTC(2026, 6, 19, 16, 2),
  minLength: 15,
}

const happened = { at: signedInAt, byOperator: false, country: 'NL', address: undefined, client: undefined }
const firefox = { browser: 'Firefox', system: 'Linux' }

export const activity: AccountActivityModel = {
  frame: frameAt('/account/activity'),
  events: [
    { ...happened, ...firefox, what: 'signed_in', client: 'Ledger' },
    { ...happened, what: 'sign_in_failed', country: undefined, address: '203.0.113.7' },
    { ...happened, ...firefox, what: 'disowned' },
    { ...happened, ...firefox, what: 'factor_added' },
    { ...happened, ...firefox, what: 'factor_removed' },
    { ...happened, what: 'factors_reset', byOperator: true },
    { ...happened, ...firefox, what: 'identity_linked' },
    { ...happened, ...firefox, what: 'identity_unlinked' },
    { ...happened, ...firefox, what: 'passkey_copied' },
    { ...happened, ...firefox, what: 'recovery_used' },
    { ...happened, ...firefox, what: 'factor_failed' },
    { ...happened, what: 'reset_asked' },
    { ...happened, ...firefox, what: 'password_set' },
    { ...happened, what: 'password_removed', byOperator: true, country: undefined },
    { ...happened, ...firefox, what: 'password_refused' },
    { ...happened, ...firefox, what: 'profile_changed' },
    { ...happened, what: 'signed_out_everywhere' },
    { ...happened, ...firefox, what: 'signed_out' },
    { ...happened, what: 'session_ended' },
    { ...happened, what: 'device_ended', byOperator: true },
    { ...happened, ...firefox, what: 'access_given', client: 'Fieldnotes' },
    { ...happened, ...firefox, what: 'access_taken_back', client: longName },
    { ...happened, what: 'token_reused', client: 'Fieldnotes', browser: 'curl' },
    { ...happened, ...firefox, what: 'code_asked' },
    { ...happened, ...firefox, what: 'codes_suppressed' },
    { ...happened, ...firefox, what: 'number_asked' },
    { ...happened, ...firefox, what: 'verification_asked' },
    { ...happened, ...firefox, what: 'email_verified' },
    { ...happened, ...firefox, what: 'email_asked' },
    { ...happened, ...firefox, what: 'email_confirmed' },
    { ...happened, ...firefox, what: 'email_cancelled' },
    { ...happened, ...firefox, what: 'email_changed' },
    { ...happened, ...firefox, what: 'email_reverted' },
    { ...happened, what: 'account_made', byOperator: true },
    { ...happened, what: 'account_disabled', byOperator: true },
    { ...happened, what: 'account_enabled', byOperator: true },
    { ...happened, ...firefox, what: 'deletion_asked' },
    { ...happened, ...firefox, what: 'deletion_cancelled' },
    { ...happened, ...firefox, what: 'session_raised' },
  ],
  newest: false,
  older: '1795000000000.0199a3c2-7d1e-7b4a-9c55-2f6f0c1d8e42',
}

export const noActivity: AccountActivityModel = { frame: activity.frame, events: [], newest: true }

export const profile: AccountProfileModel = {
  frame: frameAt('/account/profile'),
  values: {
    ...{ name: 'Mira Okafor', given_name: 'Mira', family_name: 'Okafor', nickname: '' },
    ...{ website: 'https://mira.example', locale: 'en', zoneinfo: 'Europe/Amsterdam' },
  },
  faults: [],
}

export const faultyProfile: AccountProfileModel = {
  ...profile,
  values: { ...profile.values, name: 'M'.repeat(300), website: 'mira', locale: 'nl', zoneinfo: 'here' },
  faults: ['name', 'website', 'zoneinfo'],
}
