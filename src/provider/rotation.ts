/**
 * The rule of rotation (RFC 9700 §4.14.2), as a pure function of what the store holds and when. A token is used once;
 * a repeat within the window gets the same successor (an answer was lost, a second tab was as quick); a late duplicate
 * is refused without harm; anything older is reuse, and reuse means that two parties hold the family. A token that is
 * newer than the record shows that the store has forgotten: it is caught up.
 */
import type { Family, Grant, Rotation, Use } from '../../adapters/contract.ts'

export type Verdict =
  /** The current number: the successor becomes current. */
  | 'rotate'
  /** A number that this store gave out and forgot: its successor becomes current. */
  | 'behind'
  /** The number before, within the window: the same successor again. */
  | 'repeat'
  /** An older number within its window: a cut-off request that arrives late looks like this. */
  | 'late'
  | 'reuse'
  /** A number that was never given out, by a store that has forgotten nothing. Nothing honest looks like this. */
  | 'ahead'
  | 'expired'

export interface Presented extends Pick<Grant, 'run' | 'bornIn'> {
  family: Pick<Family, 'number' | 'uses' | 'payload' | 'currentExpiresIn' | 'endsIn'>
  /** The number that was presented. */
  number: number
  /** The store's time, epoch ms. */
  now: number
  /** `REFRESH_REUSE_GRACE` in ms; 0: every repeat is reuse, but for a token that is bound to a key. */
  window: number
}

export type Answered = 'rotate' | 'behind' | 'repeat'

/** What gets an answer; the rest is refused. */
export const isAnswered = (verdict: Verdict): verdict is Answered =>
  verdict === 'rotate' || verdict === 'behind' || verdict === 'repeat'

export function judge(presented: Presented): Verdict {
  const { family, number, now, window } = presented
  if (family.endsIn <= 0) return 'expired'
  const unlessExpired = <V extends Verdict>(verdict: V): V | 'expired' =>
    family.currentExpiresIn > 0 ? verdict : 'expired'
  // Of what was made in an earlier run the store may have forgotten the newest.
  if (number > family.number) return presented.bornIn === presented.run ? 'ahead' : unlessExpired('behind')
  if (number === family.number) return unlessExpired('rotate')
  const isBefore = number === family.number - 1
  // Who has the key is the owner, however long ago the answer was lost.
  if (isBefore && keyOf(family) !== undefined) return unlessExpired('repeat')
  const use = useOf(family.uses, number)
  if (use === undefined) return 'reuse'
  const age = now - use.at
  if (isBefore && age < window) return unlessExpired('repeat')
  return age < lateWithin(use, window) ? 'late' : 'reuse'
}

/** What an answer changes in the record, as the grant was read. `who`: the party that presented the number. */
export function moveFor(answered: {
  verdict: Answered
  grant: Pick<Grant, 'family' | 'run' | 'readAt'>
  number: number
  who: string
  window: number
}): Pick<Rotation, 'expected' | 'becomes' | 'run' | 'use' | 'keep'> {
  const { verdict, number, who, window } = answered
  const { family, run, readAt } = answered.grant
  const { number: expected = 0, uses = [] } = family ?? {}
  if (verdict === 'repeat')
    return { expected, becomes: expected, run, use: {}, keep: usesAfterRepeat(uses, number) }
  return {
    expected,
    becomes: number + 1,
    run,
    use: { who, ...(verdict === 'behind' && { caughtUp: true }) },
    keep: usesToKeep(uses, readAt, window, run),
  }
}

/** Thumbprint of the key that the tokens of a family are bound to (RFC 9449 §5). */
export function keyOf({ payload }: Pick<Family, 'payload'>): string | undefined {
  const { jkt } = payload
  return typeof jkt === 'string' ? jkt : undefined
}

/** Whether a family has been caught up in this run already. */
export const wasBehind = (uses: readonly Use[], run: number): boolean =>
  uses.some((use) => use.caughtUp && use.at >= run)

/** Of what was caught up nobody knows when it was first used: another tab's retry must not look like a theft. */
const CATCH_UP = 10_000

const lateWithin = (use: Use, window: number): number => (use.caughtUp ? Math.max(window, CATCH_UP) : window)

/**
 * The first use of a number. Numbers are used in order, so one that is not on the list was used no later than the next
 * higher one that is: doubt falls to "late", never to "reuse".
 */
export const useOf = (uses: readonly Use[], number: number): Use | undefined =>
  uses
    .filter((use) => use.number >= number)
    .reduce<Use | undefined>(
      (first, use) => (first !== undefined && first.at < use.at ? first : use),
      undefined,
    )

/** The uses once the number before the current one was answered again: in how many generations running. */
function usesAfterRepeat(uses: readonly Use[], number: number): Use[] {
  const before = uses.find((use) => use.number === number - 1)
  const repeats = 1 + (before?.repeats ?? 0)
  return uses.map((use) => (use.number === number ? { ...use, repeats } : use))
}

const MOST = 16

/**
 * The uses worth keeping: those within their window, the newest one beyond it, which marks where the window ends, and
 * what says that the family was caught up in this run. More than sixteen are thinned in the middle.
 */
export function usesToKeep(uses: readonly Use[], now: number, window: number, run = 0): Use[] {
  const newestFirst = uses.toSorted((a, b) => b.number - a.number)
  const isInside = (use: Use): boolean => now - use.at < lateWithin(use, window)
  const marker = newestFirst.find((use) => !isInside(use))
  const caughtUp = newestFirst.find((use) => use.caughtUp && use.at >= run)
  const kept = newestFirst.filter((use) => isInside(use) || use === marker || use === caughtUp)
  if (kept.length < MOST) return kept
  const head = kept.slice(0, MOST / 2)
  const rest = kept.slice(MOST / 2, -1)
  const step = Math.ceil(rest.length / (MOST / 2 - 2))
  return [...head, ...rest.filter((use, index) => index % step === 0 || use === caughtUp), ...kept.slice(-1)]
}
