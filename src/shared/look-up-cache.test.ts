import { describe, expect, it, vi } from 'vitest'
import { createLookUpCache } from './look-up-cache.ts'

const named = (name: string): string => `about ${name}`

function cacheOf(load: (key: string) => Promise<string | undefined>, maxEntries = 10) {
  const time = { now: 1_000_000 }
  const loader = vi.fn(load)
  return {
    time,
    load: loader,
    ...createLookUpCache({ load: loader, ttlMs: 1000, clock: { now: () => time.now }, maxEntries }),
  }
}

describe('a remembered look-up', () => {
  it('loads it once for all who ask at once, and for all who ask within the second', async () => {
    const cache = cacheOf(async (sub) => named(sub))
    await Promise.all([cache.find('ada'), cache.find('ada'), cache.find('ada')])
    cache.time.now += 999
    expect(await cache.find('ada')).toEqual(named('ada'))
    expect(cache.load).toHaveBeenCalledTimes(1)
  })

  it('loads it again after a second, and when the clock was set back', async () => {
    const cache = cacheOf(async (sub) => named(sub))
    await cache.find('ada')
    cache.time.now += 1000
    await cache.find('ada')
    expect(cache.load).toHaveBeenCalledTimes(2)
    cache.time.now -= 3_600_000
    await cache.find('ada')
    expect(cache.load).toHaveBeenCalledTimes(3)
  })

  it('remembers that there is none', async () => {
    const cache = cacheOf(async () => undefined)
    expect([await cache.find('nobody'), await cache.find('nobody')]).toEqual([undefined, undefined])
    expect(cache.load).toHaveBeenCalledTimes(1)
  })

  it('does not remember a failure', async () => {
    const cache = cacheOf(vi.fn().mockRejectedValueOnce(new Error('away')).mockResolvedValue(named('ada')))
    await expect(Promise.all([cache.find('ada'), cache.find('ada')])).rejects.toThrow('away')
    expect(await cache.find('ada')).toEqual(named('ada'))
  })

  it('after a change, answers nobody with what was being loaded before it', async () => {
    const before = Promise.withResolvers<string>()
    const cache = cacheOf(vi.fn().mockReturnValueOnce(before.promise).mockResolvedValue(named('after')))
    const asked = cache.find('ada')
    cache.forget('ada')
    expect(await cache.find('ada')).toEqual(named('after'))
    before.resolve(named('before'))
    expect(await asked).toEqual(named('before'))
    expect(await cache.find('ada')).toEqual(named('after'))
  })

  it('a late failure of what was forgotten takes nothing with it', async () => {
    const before = Promise.withResolvers<string>()
    const cache = cacheOf(vi.fn().mockReturnValueOnce(before.promise).mockResolvedValue(named('after')))
    const asked = expect(cache.find('ada')).rejects.toThrow('away')
    cache.forget('ada')
    await cache.find('ada')
    before.reject(new Error('away'))
    await asked
    await cache.find('ada')
    expect(cache.load).toHaveBeenCalledTimes(2)
  })

  it('keeps so many answers at most, the newest', async () => {
    const cache = cacheOf(async (sub) => named(sub), 2)
    for (const sub of ['a', 'b', 'c']) await cache.find(sub)
    await cache.find('b')
    await cache.find('c')
    expect(cache.load).toHaveBeenCalledTimes(3)
    await cache.find('a')
    expect(cache.load).toHaveBeenCalledTimes(4)
  })
})
