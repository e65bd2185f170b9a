import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Use } from '../../adapters/contract.ts'
import { judge, type Presented, usesToKeep } from './rotation.ts'

const SECOND = 1000
const window = 10 * SECOND

/** r0 was used at 0 s, r1 at 5 s, r2 at 7 s; r3 is current. */
const family = {
  number: 3,
  uses: [
    { number: 2, at: 7 * SECOND },
    { number: 1, at: 5 * SECOND },
    { number: 0, at: 0 },
  ],
  payload: {},
  currentExpiresIn: 60 * SECOND,
  endsIn: 600 * SECOND,
}
const SAME_RUN = { run: 1, bornIn: 1 }
const bound = { payload: { jkt: 'thumbprint' } }

describe('the rule of rotation, at eight seconds', () => {
  const at = (number: number, now = 8 * SECOND, over: Partial<Presented['family']> = {}, w = window) =>
    judge({ ...SAME_RUN, family: { ...family, ...over }, number, now, window: w })

  it('the current number rotates', () => expect(at(3)).toBe('rotate'))
  it('the number before, just used, gets the same successor', () => expect(at(2)).toBe('repeat'))
  it('an older number within its window is late', () => expect(at(1)).toBe('late'))
  it('the window is counted from the first use of each number', () => {
    expect(at(0, 9.999 * SECOND)).toBe('late')
    expect(at(0, 10 * SECOND)).toBe('reuse')
    expect(at(2, 16.999 * SECOND)).toBe('repeat')
    expect(at(2, 17 * SECOND)).toBe('reuse')
  })
  it('without a window every repeat is reuse', () => {
    expect(at(2, 8 * SECOND, {}, 0)).toBe('reuse')
    expect(at(3, 8 * SECOND, {}, 0)).toBe('rotate')
  })
  it('a number never given out is ahead', () => expect(at(4)).toBe('ahead'))
  it('an expired current number is expired, and so is a repeat that would bring it', () => {
    expect(at(3, 8 * SECOND, { currentExpiresIn: 0 })).toBe('expired')
    expect(at(2, 8 * SECOND, { currentExpiresIn: -1 })).toBe('expired')
  })
  it('with a key the number before may be repeated as long as the current one lives, and nothing older', () => {
    for (const w of [window, 0]) {
      expect(at(2, 60 * SECOND, bound, w)).toBe('repeat')
      expect(at(1, 60 * SECOND, bound, w)).toBe('reuse')
      expect(at(2, 60 * SECOND, { ...bound, currentExpiresIn: 0 }, w)).toBe('expired')
    }
  })
  it('reuse is reuse though the current number has expired', () => {
    expect(at(0, 60 * SECOND, { currentExpiresIn: -1 })).toBe('reuse')
  })
  it('nothing lives past the end of the family', () => {
    expect(at(3, 8 * SECOND, { endsIn: 0 })).toBe('expired')
    expect(at(0, 60 * SECOND, { endsIn: 0 })).toBe('expired')
  })
  it('a use that was forgotten counts as the next one that is known', () => {
    const uses = [{ number: 9, at: 100 * SECOND }]
    const thinned = { ...family, number: 10, uses }
    const forgotten = { ...SAME_RUN, family: thinned, number: 4, window }
    expect(judge({ ...forgotten, now: 101 * SECOND })).toBe('late')
    expect(judge({ ...forgotten, now: 111 * SECOND })).toBe('reuse')
  })
})

describe('a store that has gone back in time', () => {
  /** Made in run 1; the store's present run began at 20 s. */
  const restored = { run: 20 * SECOND, bornIn: 1, family, window, now: 30 * SECOND }
  /** The same when r5 has come since, at 30 s. */
  const caughtUp = {
    ...restored,
    family: {
      ...family,
      number: 6,
      uses: [{ number: 5, at: 30 * SECOND, caughtUp: true as const }, ...family.uses],
    },
  }

  it('is behind any token that is newer than its record', () => {
    for (const number of [4, 5, 100]) expect(judge({ ...restored, number })).toBe('behind')
    const over = { currentExpiresIn: 0 }
    expect(judge({ ...restored, family: { ...family, ...over }, number: 5 })).toBe('expired')
  })

  it('treats all others as ever', () => {
    expect(judge({ ...restored, number: 3 })).toBe('rotate')
    expect(judge({ ...restored, number: 0 })).toBe('reuse')
  })

  it('was caught up: what it had forgotten counts as used just now, for ten seconds at least', () => {
    for (const w of [0, SECOND, window]) {
      const at = (number: number, after: number) =>
        judge({ ...caughtUp, window: w, number, now: caughtUp.now + after })
      for (const number of [3, 4]) {
        expect(at(number, 9.999 * SECOND)).toBe('late')
        expect(at(number, 10 * SECOND)).toBe('reuse')
      }
      // A repeat has the window that all repeats have.
      expect(at(5, 0)).toBe(w === 0 ? 'late' : 'repeat')
      expect(at(5, SECOND)).toBe(w === window ? 'repeat' : 'late')
      expect(at(2, 0)).toBe('reuse')
    }
  })

  it('may be behind again: another tab may hold a token that is newer still', () => {
    expect(judge({ ...caughtUp, number: 8 })).toBe('behind')
    // Of what was made in this run nothing is forgotten.
    expect(judge({ ...caughtUp, bornIn: caughtUp.run, number: 8 })).toBe('ahead')
  })
})

describe('the uses that are kept', () => {
  const steps = fc.array(fc.integer({ min: 0, max: 4 * SECOND }), { minLength: 1, maxLength: 80 })

  it('are sixteen at most and never turn an honest late duplicate into reuse, nor a reuse into less', () => {
    fc.assert(
      fc.property(steps, fc.integer({ min: 0, max: 30 * SECOND }), (gaps, pause) => {
        let now = 0
        let uses: Use[] = []
        const truth: Use[] = []
        for (const [number, gap] of gaps.entries()) {
          now += gap
          uses = [{ number, at: now }, ...usesToKeep(uses, now, window)]
          truth.push({ number, at: now })
          expect(uses.length).toBeLessThanOrEqual(16)
        }
        now += pause
        const known = { ...family, number: gaps.length, uses }
        for (const use of truth) {
          const verdict = judge({ ...SAME_RUN, family: known, number: use.number, now, window })
          const inside = now - use.at < window
          if (inside) expect(verdict).toBe(use.number === gaps.length - 1 ? 'repeat' : 'late')
          // Thinning may take a use for a little younger than it is, by no more than its kept neighbour's distance.
          else if (verdict !== 'reuse') expect(gaps.length).toBeGreaterThan(15)
        }
      }),
    )
  })

  it('mark where the window ended, so that what is older stays reuse', () => {
    const uses = usesToKeep(
      [
        { number: 1, at: 50 * SECOND },
        { number: 0, at: 0 },
      ],
      60 * SECOND,
      window,
    )
    expect(uses).toEqual([{ number: 1, at: 50 * SECOND }])
    const known = { ...family, number: 3, uses: [{ number: 2, at: 60 * SECOND }, ...uses] }
    for (const number of [0, 1])
      expect(judge({ ...SAME_RUN, family: known, number, now: 60 * SECOND, window })).toBe('reuse')
  })
})
