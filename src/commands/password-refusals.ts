import type { PasswordRefusal } from '../accounts/password-policy.ts'

/** The policy's reasons, to go on after "the password". */
export const PASSWORD_REFUSALS: Readonly<Record<PasswordRefusal, string>> = {
  too_short: 'has fewer than 8 characters',
  too_long: 'has more than 1024 bytes',
  not_unicode: 'is not valid Unicode',
  same_as_email: 'is the e-mail address',
  same_as_name: 'is the person’s name',
}
