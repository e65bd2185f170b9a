const FIRST_MS = 2000
const MOST_MS = 15 * 60 * 1000

/** The pause after the n-th attempt (from 1): doubled each time up to a quarter of an hour, a fifth more or less. */
export const backOff = (attempt: number, random: () => number): number =>
  Math.round(Math.min(FIRST_MS * 2 ** (attempt - 1), MOST_MS) * (0.8 + 0.4 * random()))
