/**
 * What is hashed of a password: its UTF-8 after NFKC, so that the same letters typed on another keyboard are
 * the same password (NIST SP 800-63B-4 §3.1.1.2). Nothing else is changed: spaces, case and NUL count, and
 * nothing is cut (ASVS V6.2.8, V6.2.9). The limit holds before and after, since NFKC can grow a text 18 times.
 */
const MAX_PASSWORD_BYTES = 1024

export type PasswordFault = 'empty' | 'too_long' | 'not_unicode'

export function passwordBytes(password: string): Buffer | PasswordFault {
  if (password === '') return 'empty'
  if (Buffer.byteLength(password) > MAX_PASSWORD_BYTES) return 'too_long'
  // A lone surrogate would become U+FFFD, and all of them one password.
  if (!password.isWellFormed()) return 'not_unicode'
  const bytes = Buffer.from(password.normalize('NFKC'))
  return bytes.length > MAX_PASSWORD_BYTES ? 'too_long' : bytes
}
