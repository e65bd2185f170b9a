import { expect, test } from 'vitest'
import { freeTries, pauseFor } from './back-off.ts'

test('half of what is allowed costs no pause, and one try never does', () => {
  expect([1, 2, 9, 10].map(freeTries)).toEqual([1, 1, 5, 5])
})

test('a pause doubles with each further try, from a second to a minute and no longer', () => {
  const pauses = [1, 5, 6, 7, 8, 9, 10, 12, 13, 1_000_000].map((number) => pauseFor(number, 5))
  expect(pauses).toEqual([0, 0, 1_000, 2_000, 4_000, 8_000, 16_000, 60_000, 60_000, 60_000])
})
