/**
 * How long the next try has to wait. The first half of what is allowed costs nothing, since people mistype; each one
 * after that waits twice as long as the one before. With ten allowed, a guesser in a hurry gets six, and an owner who
 * has forgotten which password it was loses half a minute.
 */
const FIRST_MS = 1000
const LONGEST_MS = 60_000

/** Whoever waits for a `limit` gets so many tries without a pause. */
export const freeTries = (limit: number): number => Math.ceil(limit / 2)

/** Milliseconds, whole seconds, between the start of try `number` (1 is the first) and the next one; 0: none. */
export function pauseFor(number: number, free: number): number {
  if (number <= free) return 0
  return Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(number - free - 1, 16))
}
