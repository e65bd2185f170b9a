import { describe, expect, it } from 'vitest'
import { reconnectDelay } from './redis-client.ts'

describe('the time before the next attempt to reach Redis', () => {
  it('grows, and stays within two seconds however long Redis is away', () => {
    const longest = [1, 2, 3, 4, 5, 6, 7, 100, 100_000].map((attempt) => reconnectDelay(attempt, () => 1))
    expect(longest).toEqual([100, 200, 400, 800, 1_600, 2_000, 2_000, 2_000, 2_000])
  })

  it('differs between nodes by up to a half', () => {
    expect(reconnectDelay(100, () => 0)).toBe(1_000)
    expect(reconnectDelay(1, () => 0)).toBe(50)
  })
})
