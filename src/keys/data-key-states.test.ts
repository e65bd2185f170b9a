import { describe, expect, it } from 'vitest'
import { dataKeyLives, judgeDataKeys, KNOWN_WITHIN } from './data-key-states.ts'
import type { StoredDataKey } from './data-keys-repository.ts'

const DAY = 24 * 60 * 60 * 1000
const lives = dataKeyLives({ refreshFamilyExp: 30 * DAY, sessionMaxExp: 90 * DAY })

const key = (number: number, usableFrom: number, over: Partial<StoredDataKey> = {}): StoredDataKey => ({
  purpose: 'refresh',
  number,
  createdAt: usableFrom,
  usableFrom,
  ended: undefined,
  endedAt: undefined,
  wraps: [],
  ...over,
})
const states = (keys: StoredDataKey[], now: number) =>
  judgeDataKeys({ keys, now }, lives).map(({ number, state }) => `${number} ${state}`)

describe('a data key', () => {
  it('is announced, in use, kept as long as what it made may live, and due', () => {
    const keys = [key(1, 0), key(2, 1000)]
    expect(states(keys, 999)).toEqual(['1 current', '2 announced'])
    expect(states(keys, 1000)).toEqual(['1 kept', '2 current'])
    const end = 1000 + 30 * DAY + KNOWN_WITHIN
    expect(states(keys, end - 1)).toEqual(['1 kept', '2 current'])
    expect(states(keys, end)).toEqual(['1 due', '2 current'])
  })

  it('is needed from the time its successor came into use, whatever has come since', () => {
    const keys = [key(1, 0), key(2, 1000), key(3, 20 * DAY)]
    const [first, second, third] = judgeDataKeys({ keys, now: 21 * DAY }, lives)
    expect(first?.neededUntil).toBe(1000 + 30 * DAY + KNOWN_WITHIN)
    expect(second?.neededUntil).toBe(50 * DAY + KNOWN_WITHIN)
    expect(third?.neededUntil).toBeUndefined()
  })

  it('of another purpose takes nobody’s place', () => {
    expect(states([key(1, 0), key(2, 10, { purpose: 'cookie' })], 20)).toEqual(['1 current', '2 current'])
  })

  it('that has ended stays ended, and its successor is in use', () => {
    const keys = [
      key(1, 0, { ended: 'retired', endedAt: 50 }),
      key(2, 10, { ended: 'compromised', endedAt: 60 }),
      key(3, 60),
    ]
    expect(states(keys, 60)).toEqual(['1 retired', '2 compromised', '3 current'])
  })

  it('lives as long as the longest of what it makes', () => {
    expect(lives).toEqual({
      pepper: 90 * DAY,
      cookie: 90 * DAY,
      refresh: 30 * DAY,
      field: 0,
      audit: 400 * DAY,
    })
    expect(dataKeyLives({ refreshFamilyExp: 1000, sessionMaxExp: 1000 }).pepper).toBe(7 * DAY)
  })
})
