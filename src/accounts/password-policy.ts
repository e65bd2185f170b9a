/**
 * What a new password must be (NIST SP 800-63B-4 §3.1.1.2, ASVS V6.2): long enough, and not what everybody
 * knows of the account. No rules about kinds of letters. Only new passwords are asked; old ones stay good.
 */
import { passwordBytes } from '../security/password-bytes.ts'
import type { Account } from './account.ts'

export type PasswordRefusal = 'too_short' | 'too_long' | 'not_unicode' | 'same_as_email' | 'same_as_name'

/** Characters, not bytes: three letters of some scripts have nine bytes. */
const MIN_CHARACTERS = 8

export function refusePassword(
  password: string,
  account: Pick<Account, 'email' | 'name'>,
): PasswordRefusal | undefined {
  const bytes = passwordBytes(password)
  if (bytes === 'empty') return 'too_short'
  if (typeof bytes === 'string') return bytes
  if (Array.from(bytes.toString()).length < MIN_CHARACTERS) return 'too_short'
  const given = folded(password)
  const [local = ''] = account.email.split('@')
  if ([account.email, local].map(folded).includes(given)) return 'same_as_email'
  return account.name !== undefined && folded(account.name) === given ? 'same_as_name' : undefined
}

const folded = (text: string): string => text.normalize('NFKC').toLowerCase().trim()
