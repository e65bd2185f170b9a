import { safeText } from '../pages/safe-text.ts'

const LONGEST = 64

/** What a person calls something of theirs; undefined where they call it nothing. */
export const readLabel = (typed: string | undefined): string | undefined =>
  safeText(typed ?? '', LONGEST) || undefined
