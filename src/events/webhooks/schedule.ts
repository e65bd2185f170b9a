const [SECOND, MINUTE, HOUR] = [1000, 60_000, 3_600_000]

/** Behind the n-th attempt (from 1): together a day. */
const PAUSES = [
  2 * SECOND,
  10 * SECOND,
  MINUTE,
  5 * MINUTE,
  20 * MINUTE,
  HOUR,
  2 * HOUR,
  4 * HOUR,
  8 * HOUR,
  8 * HOUR,
]

/** The pause behind a failed attempt, a fifth more or less; undefined when it was the last. */
export function nextPause(attempt: number, random: () => number): number | undefined {
  const pause = PAUSES[attempt - 1]
  return pause === undefined ? undefined : Math.round(pause * (0.8 + 0.4 * random()))
}

const SET_ASIDE_AFTER = 3 * 24 * HOUR

/** Whether a webhook at which everything fails is told nothing more, until somebody has looked. */
export const isHopeless = (failingSince: number | undefined, now: number): boolean =>
  failingSince !== undefined && now - failingSince >= SET_ASIDE_AFTER
