import type { Locale, Messages } from './messages.ts'
import type { PasswordFault } from './models.ts'

export interface RatedPassword {
  score: 0 | 1 | 2 | 3 | 4
  /** Why it would be refused as it is. */
  refusal: PasswordFault | undefined
}

export interface RatingInWords extends RatedPassword {
  /** Stands beside the steps. */
  word: string
  /** In the place of the hint, where there is something to do about it. */
  advice?: string
}

/** What a page says of a new password while it is typed. */
export function ratingInWords(
  { t }: Pick<Messages, 't'>,
  locale: Locale,
  { score, refusal }: RatedPassword,
  minLength: number,
): RatingInWords {
  if (refusal === undefined) return { score, refusal, word: t(locale, `password.strength.${score}`) }
  const lead = t(locale, `password.refused.${refusal}.lead`)
  const text = t(locale, `password.refused.${refusal}.text`, { min: minLength })
  if (refusal === 'too_short' || refusal === 'too_long') return { score, refusal, word: lead, advice: text }
  return { score, refusal, word: t(locale, 'password.strength.0'), advice: `${lead} ${text}` }
}
