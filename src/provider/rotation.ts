/**
 * The rule of rotation (RFC 9700 §4.14.2), as a pure function of what the store holds and when. A token is used once;
 * a repeat within the window gets the same successor (an answer was lost, a second tab was as quick); a late duplicate
 * is refused without harm; anything older is reuse, and reuse means that two parties hold the family.
 */
import type { Family, Use } from '../../adapters/contract.ts'

export type Verdict =
  /** The current number: the successor becomes current. */
  | 'rotate'
  /** The number before, within the window: the same successor again. */
  | 'repeat'
  /** An older number within its window: a cut-off request that arrives late looks like this. */
  | 'late'
  | 'reuse'
  /** A number that was never given out. Nothing honest looks like this. */
  | 'ahead'
  | 'expired'

export interface Presented {
  family: Pick<Family, 'number' | 'uses' | 'payload' | 'currentExpiresIn' | 'endsIn'>
  /** The number that was presented. */
  number: number
  /** The store's time, epoch ms. */
  now: number
  /** `REFRESH_REUSE_GRACE` in ms; 0: every repeat is reuse, but for a token that is bound to a key. */
  window: number
}

export function judge({ family, number, now, window }: Presented): Verdict {
  if (family.endsIn <= 0) return 'expired'
  if (number > family.number) return 'ahead'
  if (number === family.number) return family.currentExpiresIn > 0 ? 'rotate' : 'expired'
  // Who has the key is the owner, however long ago the answer was lost.
  const isBoundRepeat = number === family.number - 1 && keyOf(family) !== undefined
  if (isBoundRepeat) return family.currentExpiresIn > 0 ? 'repeat' : 'expired'
  if (now - usedAt(family.uses, number) >= window) return 'reuse'
  if (number < family.number - 1) return 'late'
  return family.currentExpiresIn > 0 ? 'repeat' : 'expired'
}

/** Thumbprint of the key that the tokens of a family are bound to (RFC 9449 §5). */
export function keyOf({ payload }: Pick<Family, 'payload'>): string | undefined {
  const { jkt } = payload
  return typeof jkt === 'string' ? jkt : undefined
}

/**
 * When a number was first used. Numbers are used in order, so one that is not on the list was used no later than the
 * next higher one that is: doubt falls to "late", never to "reuse".
 */
function usedAt(uses: readonly Use[], number: number): number {
  const later = uses.filter((use) => use.number >= number).map((use) => use.at)
  return later.length === 0 ? Number.NEGATIVE_INFINITY : Math.min(...later)
}

const MOST = 16

/**
 * The uses worth keeping: those within the window and the newest one beyond it, which marks where the window ends.
 * More than sixteen are thinned in the middle.
 */
export function usesToKeep(uses: readonly Use[], now: number, window: number): Use[] {
  const newestFirst = uses.toSorted((a, b) => b.number - a.number)
  const inside = newestFirst.filter((use) => now - use.at < window)
  const marker = newestFirst.find((use) => now - use.at >= window)
  const kept = marker === undefined ? inside : [...inside, marker]
  if (kept.length < MOST) return kept
  const head = kept.slice(0, MOST / 2)
  const rest = kept.slice(MOST / 2, -1)
  const step = Math.ceil(rest.length / (MOST / 2 - 2))
  return [...head, ...rest.filter((_, index) => index % step === 0), ...kept.slice(-1)]
}
