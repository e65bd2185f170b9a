/** What is refused of a password at a glance. */
import { passwordBytes } from '../security/password-bytes.ts'
import type { PasswordOwner } from './password-policy.ts'

export type ShapeRefusal = 'too_short' | 'too_long' | 'not_unicode' | 'same_as_email' | 'same_as_name'

/** `minLength` counts characters, not bytes: three letters of some scripts have nine bytes. */
export function refuseShape(
  password: string,
  owner: PasswordOwner,
  minLength: number,
): ShapeRefusal | undefined {
  const bytes = passwordBytes(password)
  if (bytes === 'empty') return 'too_short'
  if (typeof bytes === 'string') return bytes
  if (Array.from(bytes.toString()).length < minLength) return 'too_short'
  const given = folded(password)
  const [local = ''] = owner.email?.split('@') ?? []
  if (owner.email !== undefined && [owner.email, local].map(folded).includes(given)) return 'same_as_email'
  return owner.name !== undefined && folded(owner.name) === given ? 'same_as_name' : undefined
}

const folded = (text: string): string => text.normalize('NFKC').toLowerCase().trim()
