/** Every mail in every state, with sample data: proves an operator's words at boot, and ours in their tests. */
import { RISK_RULES } from '../telemetry/metric-labels.ts'
import { email, ledger, longName } from './gallery-samples.ts'
import { ACCOUNT_CHANGES, type MailModels, type MailName, type NoticedModel } from './mail-models.ts'
import type { DrawnMail, Mails } from './mails.ts'
import type { Locale } from './messages.ts'

export interface MailState {
  id: string
  render(mails: Mails, locale: Locale): DrawnMail
}

const state = <N extends MailName>(id: string, name: N, model: MailModels[N]): MailState => ({
  id,
  render: (mails, locale) => mails.render(name, locale, model),
})

const at = Date.UTC(2026, 10, 23, 9, 41, 7)
const reuse = { email, client: ledger, at, ended: 'session' } as const
const seen = { email, at, browser: 'Firefox', system: 'Windows', address: '203.0.113.7' }
const newEmail = 'mira@okafor.example'
const change = { newEmail, link: '/email/confirm?token=A' }
const signIn: NoticedModel = {
  ...{ email, at, what: 'sign_in' as const, rules: ['new_device', 'new_country'], link: '/not-me?token=A' },
  ...{ browser: 'Firefox', system: 'Windows', address: '203.0.113.7', country: 'AU' },
}

export const mailGallery: readonly MailState[] = [
  state('reuse-detected', 'reuse-detected', reuse),
  state('reuse-detected.family', 'reuse-detected', { ...reuse, ended: 'family' }),
  state('reuse-detected.user', 'reuse-detected', { ...reuse, ended: 'user' }),
  state('reuse-detected.long-name', 'reuse-detected', { ...reuse, client: { name: longName } }),
  state('reuse-detected.nameless', 'reuse-detected', { ...reuse, client: { name: '\u200b' } }),
  state('password-reset', 'password-reset', { ...seen, link: '/reset/password?token=A' }),
  state('password-reset.unknown', 'password-reset', { email, at, link: '/reset/password?token=A' }),
  state('registration', 'registration', { email, link: '/register/confirm?token=A' }),
  state('registration-known', 'registration-known', { ...seen, link: '/reset' }),
  state('verify-email', 'verify-email', { email, link: '/account/email/verify?token=A' }),
  state('email-change.old', 'email-change', { ...seen, ...change, side: 'old' }),
  state('email-change.new', 'email-change', { ...seen, ...change, email: newEmail, side: 'new' }),
  state('email-change-known', 'email-change-known', { email }),
  state('email-changed', 'email-changed', { ...seen, newEmail, link: '/email/undo?token=A' }),
  state('deletion-asked', 'deletion-asked', {
    ...seen,
    until: at + 1_209_600_000,
    link: '/account/keep?token=A',
  }),
  state('account-deleted', 'account-deleted', { email, at }),
  ...ACCOUNT_CHANGES.map((what) =>
    state(`account-changed.${what.replaceAll('_', '-')}`, 'account-changed', { ...seen, what }),
  ),
  ...[0, 1, 7].map((left) =>
    state(`account-changed.left-${left}`, 'account-changed', { ...seen, what: 'recovery_code_used', left }),
  ),
  state('account-changed.unknown', 'account-changed', { email, at, what: 'password_set' }),
  state('sign-in-code', 'sign-in-code', { ...seen, code: '042917' }),
  state('sign-in-code.unknown', 'sign-in-code', { email, at, code: '042917' }),
  state('codes-suppressed', 'codes-suppressed', seen),
  state('noticed', 'noticed', signIn),
  state('noticed.every-rule', 'noticed', { ...signIn, rules: RISK_RULES }),
  state('noticed.refused', 'noticed', { ...signIn, what: 'refused', rules: ['listed_address'] }),
  state('noticed.refresh', 'noticed', { ...signIn, what: 'refresh', rules: ['refresh_elsewhere'] }),
  state('noticed.unknown', 'noticed', { email, at, what: 'sign_in', rules: ['many_accounts'] }),
]
