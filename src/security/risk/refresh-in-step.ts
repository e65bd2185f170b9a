import type { Rule } from './rule.ts'

/** An answer that is lost is lost once; who holds a copy keeps step with the owner. */
const IN_STEP = 3

export const refreshInStep: Rule = {
  speaks: ({ verdict, generations = 0 }) => verdict === 'repeat' && generations >= IN_STEP,
  because: ({ generations }) => `The refresh token came twice in ${generations} generations running.`,
}
