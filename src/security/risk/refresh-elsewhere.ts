import type { Rule } from './rule.ts'

export const refreshElsewhere: Rule = {
  speaks: ({ verdict, differs = [] }) => (verdict === 'repeat' || verdict === 'late') && differs.length > 0,
  because: ({ verdict, differs = [] }) =>
    `The refresh token came ${verdict === 'late' ? 'late' : 'again'}, from another ${differs.join(', another ')} than the first time.`,
}
