/**
 * The operator's own words: one a line, # begins a comment. The further up a word stands, the more of what is made of it
 * is found.
 */

/** An estimator is built of them; a list of leaked passwords belongs to PASSWORD_BREACHED. */
export const MOST_WORDS = 100_000

export interface PasswordWords {
  /** Small letters, each once. */
  words: readonly string[]
  /** Beyond the most: left out. */
  beyond: number
}

/** Throws for what is no text. */
export function readPasswordWords(bytes: Buffer): PasswordWords {
  const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  const words = new Set(
    text
      .split(/\r\n|\r|\n/)
      .map((line) => line.replace(/#.*/, '').trim().normalize('NFKC').toLowerCase())
      .filter((word) => word.length >= LEAST_LETTERS),
  )
  const kept = [...words].slice(0, MOST_WORDS)
  return { words: kept, beyond: words.size - kept.length }
}

/** Shorter ones are parts of everything. */
const LEAST_LETTERS = 3
