import type { Account } from '../accounts/account.ts'
import type { NewMessage } from '../events/outbox-message.ts'
import { mailMessage } from './mail-message.ts'

/** As long as a mail is tried: the address of somebody who is gone waits no longer, delivered or not. */
const LIFE = 3 * 24 * 60 * 60 * 1000

/** The last mail of an account, written in one step with its deletion. */
export function farewell({ sub, email, profile: { locale } }: Account, at: number): NewMessage {
  const said = typeof locale === 'string' ? { locale } : {}
  return mailMessage(
    { mail: 'account-deleted', at, email, ...said },
    { once: `deleted ${sub}`, expiresAt: at + LIFE },
  )
}
