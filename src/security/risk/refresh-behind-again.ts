import type { Rule } from './rule.ts'

export const refreshBehindAgain: Rule = {
  speaks: ({ verdict, behind_before }) => verdict === 'behind' && behind_before === true,
  because: () => 'The refresh token was newer than its record, twice in one run of the store.',
}
