import type { PasswordRefusal } from '../accounts/password-policy.ts'

/** The policy's reasons, to go on after "the password". */
export const passwordRefusal = (reason: PasswordRefusal, minLength: number): string =>
  reason === 'too_short' ? `has fewer than ${minLength} characters` : WORDS[reason]

const WORDS: Readonly<Record<Exclude<PasswordRefusal, 'too_short'>, string>> = {
  too_long: 'has more than 1024 bytes',
  not_unicode: 'is not valid Unicode',
  same_as_email: 'is the e-mail address',
  same_as_name: 'is the person’s name',
  common: 'is one of the first that a guesser tries',
  personal: 'is made of the person’s name or address',
  local_word: 'is made of words of this service',
  breached: 'is in a list of passwords that have become known',
}
