import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Use } from './contract.ts'
import { aboutUse, formatUses, parseUses } from './stored-grant.ts'

const USE = fc.record(
  {
    number: fc.nat(5_000),
    at: fc.integer({ min: 1_700_000_000_000, max: 1_800_000_000_000 }),
    who: fc.constantFrom('KeMQeaP6DVRz', 'another-one-'),
    repeats: fc.integer({ min: 1, max: 3 }),
    caughtUp: fc.constant(true as const),
  },
  { requiredKeys: ['number', 'at'] },
)

describe('uses of refresh tokens, as the stores keep them', () => {
  it('are read as they were written, in whatever order their numbers and times are', () => {
    fc.assert(
      fc.property(fc.array(USE, { maxLength: 20 }), (uses) => {
        expect(parseUses(formatUses(uses))).toEqual(uses)
      }),
    )
  })

  it('go on from one that was put in front in full', () => {
    const [newest, ...rest]: Use[] = [
      { number: 9, at: 1_700_000_060_000, who: 'KeMQeaP6DVRz', repeats: 2 },
      { number: 8, at: 1_700_000_030_000, who: 'KeMQeaP6DVRz' },
      { number: 6, at: 1_700_000_000_000 },
    ]
    if (newest === undefined) throw new Error('no use')
    const front = `${newest.number}:${newest.at}${aboutUse(newest)}`
    for (const kept of [formatUses(rest), formatUses(rest, { who: 'KeMQeaP6DVRz' })])
      expect(parseUses(`${front},${kept}`)).toEqual([newest, ...rest])
    expect(formatUses(rest, { who: 'KeMQeaP6DVRz' })).toMatch(/^8:1700000030000:=,/)
    expect(formatUses(rest, { who: 'another-one-' })).toBe(formatUses(rest))
  })

  it('take a few signs each where one party goes on', () => {
    const steady = Array.from({ length: 14 }, (_, n) => ({
      number: 2_000 - n * n,
      at: 1_700_000_000_000 - n * n * 900_000,
      who: 'KeMQeaP6DVRz',
    }))
    expect(formatUses(steady).length).toBeLessThan(200)
  })
})
