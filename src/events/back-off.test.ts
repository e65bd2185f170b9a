import { expect, it } from 'vitest'
import { backOff } from './back-off.ts'

it('doubles the pause with each attempt, up to a quarter of an hour', () => {
  const pauses = [1, 2, 3, 9, 10, 1000].map((attempt) => backOff(attempt, () => 0.5))
  expect(pauses).toEqual([2000, 4000, 8000, 512_000, 900_000, 900_000])
})

it('spreads it by a fifth to either side', () => {
  expect([backOff(1, () => 0), backOff(1, () => 1)]).toEqual([1600, 2400])
})
