/**
 * Every page in every state, with sample data. It proves an operator's templates and words at boot, feeds the tests of ours,
 * and is what designers look through.
 */
import { ACCOUNT_DONE } from './account-models.ts'
import {
  accountFrame,
  activity,
  applications,
  deletion,
  emailPage,
  faultyProfile,
  manySessions,
  noActivity,
  noApplications,
  oneSession,
  overview,
  password,
  profile,
  sessions,
  unnamed,
  verifyEmail,
} from './gallery-account.ts'
import {
  authenticator,
  authenticatorApps,
  authenticatorFull,
  enrol,
  enrolCodes,
  factorLines,
  passkeys,
  phone,
  phoneLeft,
  phoneThere,
  phoneWaiting,
  recoveryCodes,
  recoveryCodesFew,
  recoveryCodesLeft,
  recoveryCodesShown,
} from './gallery-factors.ts'
import {
  codeElsewhere,
  identities,
  identitiesLeft,
  identityLines,
  noIdentities,
  passwordElsewhere,
  signInElsewhere,
  signInElsewhereAlone,
  signInElsewhereMany,
  signInElsewhereNone,
} from './gallery-identities.ts'
import {
  code,
  confirming,
  consent,
  csrf,
  email,
  error,
  formPostFields,
  fullConsent,
  ledger,
  logoutFields,
  longName,
  mismatch,
  passkey,
  passwordAsked,
  registered,
  registering,
  sentTo,
  setPassword,
  signIn,
  unsent,
  wayBack,
} from './gallery-samples.ts'
import type { Locale } from './messages.ts'
import type { PageModels, PageName } from './models.ts'
import type { Pages } from './pages.ts'

export interface GalleryState {
  /** `page` or `page.state`; unique, fit for an address. */
  id: string
  page: PageName
  model: PageModels[PageName]
  render(pages: Pages, locale: Locale): string
}

function state<N extends PageName>(id: string, page: N, model: PageModels[N]): GalleryState {
  return { id, page, model, render: (pages, locale) => pages.render(page, locale, model) }
}

const { client: _, ...houseAsks } = enrol
const { app: __, ...passkeyNeeded } = enrol
const { client: ___, ...housePasskey } = passkeyNeeded

export const gallery: readonly GalleryState[] = [
  state('sign-in', 'sign-in', signIn),
  state('sign-in.house', 'sign-in', { csrf }),
  state('sign-in.nameless', 'sign-in', { ...signIn, client: { name: '\u200b' } }),
  state('sign-in.last-used', 'sign-in', { ...signIn, last: 'passkey' }),
  state('sign-in.known', 'sign-in', { ...signIn, username: email }),
  state('sign-in.long-name', 'sign-in', { ...signIn, client: { name: longName } }),
  state('sign-in.missing', 'sign-in', { ...signIn, error: { kind: 'missing' } }),
  state('sign-in.too-long', 'sign-in', {
    ...signIn,
    username: `${'m'.repeat(300)}@example.com`,
    error: { kind: 'too_long' },
  }),
  state('sign-in.forbidden', 'sign-in', { ...signIn, username: email, error: { kind: 'forbidden' } }),
  state('sign-in.wrong-passkey', 'sign-in', { ...signIn, error: { kind: 'wrong_passkey' } }),
  state('sign-in.busy', 'sign-in', { ...signIn, username: email, error: { kind: 'busy' } }),
  state('sign-in.elsewhere', 'sign-in', signInElsewhere),
  state('sign-in.elsewhere-alone', 'sign-in', signInElsewhereAlone),
  state('sign-in.elsewhere-many', 'sign-in', signInElsewhereMany),
  state('sign-in.elsewhere-none', 'sign-in', signInElsewhereNone),
  ...(['identity_unknown', 'identity_declined', 'identity_stale', 'identity_failed'] as const).map((kind) =>
    state(`sign-in.${kind.replace('_', '-')}`, 'sign-in', {
      ...{ ...signInElsewhereAlone, username: email },
      error: { kind, connector: 'Acme' },
    }),
  ),

  state('password', 'password', passwordAsked),
  state('password.last-used', 'password', {
    ...{ ...passwordAsked, ways: ['email-code', 'passkey'], last: 'email-code' },
  }),
  state('password.alone', 'password', { ...passwordAsked, ways: [] }),
  state('password.invalid-credentials', 'password', {
    ...{ ...passwordAsked, remember: true, error: { kind: 'invalid_credentials' } },
  }),
  state('password.missing', 'password', { ...passwordAsked, error: { kind: 'missing' } }),
  state('password.too-long', 'password', { ...passwordAsked, error: { kind: 'too_long' } }),
  state('password.wrong-answer', 'password', { ...passwordAsked, error: { kind: 'wrong_answer' } }),
  state('password.not-offered', 'password', { ...passwordAsked, error: { kind: 'not_offered' } }),
  state('password.unavailable', 'password', { ...passwordAsked, error: { kind: 'unavailable' } }),
  state('password.forbidden', 'password', { ...passwordAsked, error: { kind: 'forbidden' } }),
  state('password.busy', 'password', { ...passwordAsked, error: { kind: 'busy' } }),
  state('password.too-many', 'password', { ...passwordAsked, error: { kind: 'busy', minutes: 12 } }),
  state('password.elsewhere', 'password', passwordElsewhere),

  state('code', 'code', code),
  state('code.elsewhere', 'code', codeElsewhere),
  state('code.email-code', 'code', { ...code, method: 'email-code', sending: sentTo, trustDays: 0 }),
  state('code.email-code-unsent', 'code', { ...code, method: 'email-code', sending: unsent }),
  state('code.email-code-alone', 'code', {
    ...{ csrf, account: { email }, method: 'email-code', ways: ['passkey', 'password'], remember: true },
    sending: { unsent: false, againIn: 0 },
  }),
  state('code.email-code-alone-unsent', 'code', {
    ...{ csrf, account: { email }, method: 'email-code', ways: ['password'] },
    ...{ sending: unsent, error: { kind: 'wrong_answer' } },
  }),
  state('code.sms-code', 'code', { ...code, method: 'sms-code', sending: { ...sentTo, to: '47' } }),
  state('code.sms-code-unsent', 'code', { ...code, method: 'sms-code', sending: unsent }),
  state('code.recovery-codes', 'code', {
    ...{ ...code, method: 'recovery-codes', ways: ['totp'] },
  }),
  state('code.wrong-code', 'code', { ...code, error: { kind: 'wrong_code' } }),
  state('code.used-code', 'code', { ...code, error: { kind: 'used_code' } }),
  state('code.too-many', 'code', { ...code, error: { kind: 'busy', minutes: 3 } }),

  state('passkey', 'passkey', passkey),
  state('passkey.alone', 'passkey', { ...passkey, ways: [] }),
  state('passkey.wrong-passkey', 'passkey', { ...passkey, error: { kind: 'wrong_passkey' } }),
  state('passkey.too-many', 'passkey', { ...passkey, error: { kind: 'busy', minutes: 3 } }),

  state('account', 'account', overview),
  state('account.offer', 'account', { ...overview, offersPasskey: true }),
  state('account.bare', 'account', { ...overview, ...unnamed }),
  state('account.forbidden', 'account', { ...overview, frame: { ...accountFrame, alert: 'forbidden' } }),
  ...ACCOUNT_DONE.map((done) =>
    state(`account.done-${done.replaceAll('_', '-')}`, 'account', {
      ...overview,
      frame: { ...accountFrame, done },
    }),
  ),

  state('account-profile', 'account-profile', profile),
  state('account-profile.faulty', 'account-profile', faultyProfile),
  state('account-delete', 'account-delete', deletion),
  state('account-deleted', 'account-deleted', { days: 14 }),
  state('account-keep', 'account-keep', { csrf, email }),
  state('account-keep.forbidden', 'account-keep', { csrf, email, error: 'forbidden' }),
  state('account-kept', 'account-kept', {}),
  state('account-email', 'account-email', emailPage),
  state('account-email.unverified', 'account-email', { ...emailPage, emailVerified: false }),
  state('account-email.pending', 'account-email', { ...emailPage, pending: 'mira@okafor.example' }),
  ...(
    [
      ['missing', ''],
      ['email_malformed', 'mira@'],
      ['email_same', email],
      ['too_many', 'mira@okafor.example'],
    ] as const
  ).map(([error, typed]) =>
    state(`account-email.${error.replaceAll('_', '-')}`, 'account-email', { ...emailPage, error, typed }),
  ),
  state('account-verify-email', 'account-verify-email', verifyEmail),
  state('account-verify-email.change', 'account-verify-email', { ...verifyEmail, kind: 'change' }),
  state('account-password', 'account-password', password),
  state('account-password.first', 'account-password', { ...password, setAt: undefined }),
  ...(['missing', 'wrong_password', 'unchanged', 'changed', 'common', 'busy'] as const).map((kind) =>
    state(`account-password.${kind.replace('_', '-')}`, 'account-password', { ...password, error: { kind } }),
  ),
  state('account-password.too-many', 'account-password', {
    ...password,
    error: { kind: 'busy', minutes: 12 },
  }),
  ...factorLines.map((lines, n) =>
    state(`account.factors-${n}`, 'account', { ...overview, summaries: lines }),
  ),
  state('account-passkeys', 'account-passkeys', passkeys),
  state('account-passkeys.none', 'account-passkeys', { ...passkeys, passkeys: [] }),
  state('account-passkeys.full', 'account-passkeys', { ...passkeys, most: 2 }),
  state('account-passkeys.refused', 'account-passkeys', { ...passkeys, error: 'refused' }),
  state('account-passkeys.taken', 'account-passkeys', { ...passkeys, error: 'taken' }),

  ...identityLines.map((lines, n) =>
    state(`account.identities-${n}`, 'account', { ...overview, summaries: lines }),
  ),
  state('account-identities', 'account-identities', identities),
  state('account-identities.none', 'account-identities', noIdentities),
  state('account-identities.left', 'account-identities', identitiesLeft),
  ...(['taken', 'declined', 'failed'] as const).map((kind) =>
    state(`account-identities.${kind}`, 'account-identities', {
      ...identities,
      error: { kind, connector: 'Acme' },
    }),
  ),

  state('account-authenticator', 'account-authenticator', authenticator),
  state('account-authenticator.apps', 'account-authenticator', authenticatorApps),
  state('account-authenticator.full', 'account-authenticator', authenticatorFull),
  ...(['wrong_code', 'expired'] as const).map((error) =>
    state(`account-authenticator.${error.replaceAll('_', '-')}`, 'account-authenticator', {
      ...authenticator,
      ...{ error, label: longName },
    }),
  ),
  state('account-authenticator.too-many', 'account-authenticator', {
    ...{ ...authenticatorFull, frame: authenticator.frame },
    error: 'too_many',
  }),
  state('account-phone', 'account-phone', phone),
  state('account-phone.there', 'account-phone', phoneThere),
  state('account-phone.left', 'account-phone', phoneLeft),
  state('account-phone.waiting', 'account-phone', phoneWaiting),
  ...(['missing', 'national', 'malformed', 'unsent', 'expired'] as const).map((error) =>
    state(`account-phone.${error}`, 'account-phone', {
      ...{ ...phone, error },
      typed: error === 'missing' ? '' : '07700 900047',
    }),
  ),
  state('account-phone.too-many', 'account-phone', { ...phone, error: { minutes: 12 } }),
  state('account-phone.wrong-code', 'account-phone', { ...phoneWaiting, error: 'wrong_code' }),
  state('account-recovery-codes', 'account-recovery-codes', recoveryCodes),
  state('account-recovery-codes.impossible', 'account-recovery-codes', { ...recoveryCodes, possible: false }),
  state('account-recovery-codes.left', 'account-recovery-codes', recoveryCodesLeft),
  state('account-recovery-codes.few', 'account-recovery-codes', recoveryCodesFew),
  state('account-recovery-codes.shown', 'account-recovery-codes', recoveryCodesShown),
  state('account-sessions', 'account-sessions', sessions),
  state('account-sessions.one', 'account-sessions', oneSession),
  state('account-sessions.many', 'account-sessions', manySessions),
  state('account-applications', 'account-applications', applications),
  state('account-activity', 'account-activity', activity),
  state('account-activity.none', 'account-activity', noActivity),
  state('account-applications.none', 'account-applications', noApplications),

  state('not-me', 'not-me', { csrf, email }),
  state('not-me.forbidden', 'not-me', { csrf, email, error: 'forbidden' }),
  state('register', 'register', { ...registering, back: wayBack }),
  state('register.house', 'register', registering),
  state('register.missing', 'register', { ...registering, email, error: 'missing' }),
  state('register.name-malformed', 'register', { ...registering, email, error: 'name_malformed' }),
  state('register.email-malformed', 'register', { ...registered, email: 'mira@', error: 'email_malformed' }),
  state('register.too-short', 'register', { ...registered, error: 'too_short' }),
  state('register.personal', 'register', { ...registered, error: 'personal' }),
  state('register.forbidden', 'register', { ...registered, error: 'forbidden' }),
  state('register.too-many', 'register', { ...registered, error: { minutes: 12 } }),
  state('register-sent', 'register-sent', { back: wayBack }),
  state('register-confirm', 'register-confirm', confirming),
  state('register-confirm.forbidden', 'register-confirm', {
    ...confirming,
    error: 'forbidden',
  }),
  state('register-confirm.elsewhere', 'register-confirm', { ...confirming, begunHere: false }),
  state('register-confirm.missing', 'register-confirm', {
    ...{ ...confirming, begunHere: false },
    error: 'missing',
  }),
  state('register-confirm.common', 'register-confirm', {
    ...{ ...confirming, begunHere: false },
    error: 'common',
  }),
  state('register-done', 'register-done', { back: wayBack }),
  state('register-done.house', 'register-done', {}),
  state('email-confirm', 'email-confirm', { csrf, email: 'mira@okafor.example' }),
  state('email-confirm.forbidden', 'email-confirm', { csrf, email, error: 'forbidden' }),
  state('email-waiting', 'email-waiting', {}),
  state('email-changed', 'email-changed', {}),
  state('email-undo', 'email-undo', { csrf, email }),
  state('email-undo.forbidden', 'email-undo', { csrf, email, error: 'forbidden' }),
  state('reset', 'reset', { csrf, back: wayBack }),
  state('reset.house', 'reset', { csrf }),
  state('reset.missing', 'reset', { csrf, error: { kind: 'missing' } }),
  state('reset.forbidden', 'reset', { csrf, username: email, error: { kind: 'forbidden' } }),
  state('reset.too-many', 'reset', { csrf, username: email, error: { kind: 'busy', minutes: 12 } }),
  state('reset-sent', 'reset-sent', { back: wayBack }),
  state('reset-sent.account', 'reset-sent', { back: { href: '/interaction/sample' } }),
  state('reset-sent.house', 'reset-sent', {}),
  state('reset-password', 'reset-password', setPassword),
  state('reset-password.too-short', 'reset-password', { ...setPassword, error: 'too_short' }),
  state('reset-done', 'reset-done', { back: wayBack }),
  state('reset-done.long-name', 'reset-done', { back: { ...wayBack, client: { name: longName } } }),
  state('reset-done.account', 'reset-done', { back: { href: '/interaction/sample' } }),
  state('reset-done.house', 'reset-done', {}),
  state('enrol', 'enrol', enrol),
  state('enrol.house', 'enrol', houseAsks),
  state('enrol.app', 'enrol', { ...enrol, passkey: false }),
  state('enrol.passkey', 'enrol', passkeyNeeded),
  state('enrol.further', 'enrol', { ...passkeyNeeded, further: true }),
  state('enrol.further-house', 'enrol', { ...housePasskey, further: true }),
  state('enrol.wrong-code', 'enrol', { ...enrol, error: 'wrong_code' }),
  state('enrol.expired', 'enrol', { ...enrol, error: 'expired' }),
  state('enrol.refused', 'enrol', { ...passkeyNeeded, error: 'refused' }),
  state('enrol.taken', 'enrol', { ...passkeyNeeded, error: 'taken' }),
  state('enrol.forbidden', 'enrol', { ...enrol, error: 'forbidden' }),
  state('enrol-codes', 'enrol-codes', enrolCodes),
  state('enrol-codes.seen', 'enrol-codes', { csrf, account: { email } }),
  state('enrol-codes.forbidden', 'enrol-codes', { csrf, account: { email }, error: 'forbidden' }),

  state('set-password', 'set-password', setPassword),
  state('set-password.passkey', 'set-password', { ...setPassword, passkey: true }),
  state('set-password.refused', 'set-password', { ...setPassword, passkey: true, error: 'refused' }),
  state('set-password.taken', 'set-password', { ...setPassword, passkey: true, error: 'taken' }),
  state('set-password.missing', 'set-password', { ...setPassword, error: 'missing' }),
  state('set-password.too-short', 'set-password', { ...setPassword, error: 'too_short' }),
  state('set-password.too-long', 'set-password', { ...setPassword, error: 'too_long' }),
  state('set-password.same-as-email', 'set-password', { ...setPassword, error: 'same_as_email' }),
  state('set-password.same-as-name', 'set-password', { ...setPassword, error: 'same_as_name' }),
  state('set-password.common', 'set-password', { ...setPassword, error: 'common' }),
  state('set-password.personal', 'set-password', { ...setPassword, error: 'personal' }),
  state('set-password.local-word', 'set-password', { ...setPassword, error: 'local_word' }),
  state('set-password.breached', 'set-password', { ...setPassword, error: 'breached' }),
  state('set-password.not-unicode', 'set-password', { ...setPassword, error: 'not_unicode' }),
  state('set-password.forbidden', 'set-password', { ...setPassword, error: 'forbidden' }),
  state('set-password.busy', 'set-password', { ...setPassword, error: 'busy' }),
  state('set-password-done', 'set-password-done', { email, by: 'password', next: '/' }),
  state('set-password-done.passkey', 'set-password-done', { email, by: 'passkey', next: '/' }),

  state('consent', 'consent', consent),
  state('consent.full', 'consent', fullConsent),
  state('consent.identity-only', 'consent', { ...consent, scopes: [{ name: 'openid', isNew: true }] }),
  state('consent.unverified', 'consent', {
    ...consent,
    client: { name: longName, verified: false, policyUri: 'https://lighthouses.example/privacy' },
    redirectUri: 'https://accounts.lighthouse-keepers-and-harbour-pilots-of-the-north.example/cb',
    scopes: [...consent.scopes, { name: 'offline_access', isNew: true }],
  }),
  state('consent.native', 'consent', { ...consent, redirectUri: 'com.example.fieldnotes:/callback' }),

  state('logout', 'logout', {
    action: '/oauth2/logout/confirm',
    fields: logoutFields,
    client: ledger,
    email,
    stay: '/',
  }),
  state('logout.house', 'logout', { action: '/oauth2/logout/confirm', fields: logoutFields }),
  state('logged-out', 'logged-out', { client: ledger, next: 'https://ledger.example/' }),
  state('logged-out.own', 'logged-out', { next: '/' }),
  state('logged-out.end', 'logged-out', {}),

  state('error.not-found', 'error', error),
  state('error.expired', 'error', {
    ...error,
    code: 'interaction_expired',
    status: 400,
    client: ledger,
    restart: 'https://ledger.example/start',
  }),
  state('error.expired-own', 'error', { ...error, code: 'interaction_expired', status: 400, restart: '/' }),
  state('error.link', 'error', { ...error, code: 'link_expired', status: 400 }),
  state('error.refused', 'error', { ...error, code: 'forbidden', status: 403 }),
  state('error.unreadable', 'error', { ...error, code: 'bad_request', status: 400 }),
  state('error.too-many', 'error', { ...error, code: 'rate_limited', status: 429, minutes: 12 }),
  state('error.busy', 'error', { ...error, code: 'store_away', status: 503 }),
  state('error.fault', 'error', { ...error, code: 'internal', status: 500 }),
  state('error.application', 'error', { ...error, code: 'invalid_client', status: 400 }),
  state('error.developer', 'error', mismatch),

  state('form-post', 'form-post', {
    action: 'https://app.fieldnotes.example/auth/callback',
    fields: formPostFields,
    client: { name: 'Fieldnotes' },
  }),
  state('form-post.unnamed', 'form-post', {
    action: 'https://app.fieldnotes.example/auth/callback',
    fields: formPostFields,
  }),
  state('going-on', 'going-on', {
    to: { name: 'Acme', href: 'https://login.acme.example/authorize?state=sample' },
  }),
  state('going-on.long-name', 'going-on', {
    to: { name: longName, href: 'https://accounts.lighthouse-keepers-of-the-north.example/authorize' },
  }),
]
