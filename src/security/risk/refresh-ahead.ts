import type { Rule } from './rule.ts'

export const refreshAhead: Rule = {
  speaks: ({ verdict }) => verdict === 'ahead',
  because: () => 'The refresh token has a number that was never given out. Nothing honest looks like this.',
}
