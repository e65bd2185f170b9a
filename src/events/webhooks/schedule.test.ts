import { expect, it } from 'vitest'
import { isHopeless, nextPause } from './schedule.ts'

const HOUR = 3_600_000

it('F-162 an event is tried eleven times in about a day, with pauses that grow', () => {
  const pauses = Array.from({ length: 12 }, (_, n) => nextPause(n + 1, () => 0.5))
  expect(pauses.slice(10)).toEqual([undefined, undefined])
  const all = pauses.slice(0, 10).map(Number)
  expect(all).toEqual(all.toSorted((a, b) => a - b))
  const total = all.reduce((sum, pause) => sum + pause, 0)
  expect(total / HOUR).toBeGreaterThan(23)
  expect(total / HOUR).toBeLessThan(24)
})

it('pauses are spread by a fifth to either side', () => {
  expect([nextPause(1, () => 0), nextPause(1, () => 1)]).toEqual([1600, 2400])
})

it('F-162 a webhook is set aside when nothing was delivered for three days', () => {
  expect([undefined, 0, 1].map((since) => isHopeless(since, 72 * HOUR))).toEqual([false, true, false])
})
