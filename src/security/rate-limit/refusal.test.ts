import { describe, expect, it } from 'vitest'
import { minutesOf, type Refusal, refusalHeaders } from './refusal.ts'
import { createRefusalMemory } from './refusal-memory.ts'

const refusal = (retryAfterMs: number): Refusal => ({
  limiter: 'login_account',
  limit: { count: 10, windowMs: 900_000 },
  retryAfterMs,
})

describe('a refusal', () => {
  it('says in seconds when to come back, and by which policy', () => {
    expect(refusalHeaders(refusal(61_001))).toEqual({
      'retry-after': '62',
      'ratelimit-policy': '"login_account";q=10;w=900',
      ratelimit: '"login_account";r=0;t=62',
    })
  })

  it('never sends anybody back too early', () => {
    expect([1, 60_000, 60_001].map((ms) => minutesOf(refusal(ms)))).toEqual([1, 1, 2])
    expect(refusalHeaders(refusal(0))['retry-after']).toBe('1')
  })
})

describe('what a node remembers of refusals', () => {
  const memoryAt = (maxEntries?: number) => {
    const time = { now: 1_000_000 }
    return { time, ...createRefusalMemory({ now: () => time.now }, maxEntries) }
  }

  it('holds as long as it is sure, and counts down', () => {
    const { time, find, remember } = memoryAt()
    remember('a', refusal(10_000), 2_000)
    time.now += 1_999
    expect(find('a')?.retryAfterMs).toBe(8_001)
    time.now += 1
    expect(find('a')).toBeUndefined()
  })

  it('never holds longer than was said, nor by a clock that was set back', () => {
    const { time, find, remember } = memoryAt()
    remember('a', refusal(500), 2_000)
    remember('b', refusal(500), 2_000)
    time.now += 500
    expect(find('a')).toBeUndefined()
    time.now -= 3_600_000
    expect(find('b')).toBeUndefined()
  })

  it('keeps so many at most, the newest', () => {
    const { find, remember } = memoryAt(2)
    for (const key of ['a', 'b', 'c']) remember(key, refusal(500), 500)
    expect(['a', 'b', 'c'].map((key) => find(key) !== undefined)).toEqual([false, true, true])
  })
})
