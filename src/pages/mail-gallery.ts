/** Every mail in every state, with sample data: proved at boot, and read by their tests. */
import { email, ledger, longName } from './gallery-samples.ts'
import type { MailModels, MailName } from './mail-models.ts'
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
const device = { email, at, browser: 'Firefox', system: 'Windows', address: '203.0.113.7' }

export const mailGallery: readonly MailState[] = [
  state('reuse-detected', 'reuse-detected', reuse),
  state('reuse-detected.family', 'reuse-detected', { ...reuse, ended: 'family' }),
  state('reuse-detected.user', 'reuse-detected', { ...reuse, ended: 'user' }),
  state('reuse-detected.long-name', 'reuse-detected', { ...reuse, client: { name: longName } }),
  state('reuse-detected.nameless', 'reuse-detected', { ...reuse, client: { name: '\u200b' } }),
  state('new-device', 'new-device', device),
  state('new-device.unknown', 'new-device', { email, at, address: '2001:db8::7' }),
]
