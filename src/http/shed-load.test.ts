import type { Context } from 'koa'
import { describe, expect, it } from 'vitest'
import { shedLoad } from './shed-load.ts'

/** A node of two places, as late as is said. */
function nodeThatIs(late: number) {
  const layer = shedLoad({ atOnce: 2, late: 100 }, () => late)
  const ends: (() => void)[] = []
  const come = (path = '/oauth2/token') =>
    layer({ path } as Context, () => new Promise<void>((resolve) => void ends.push(resolve)))
  return { come, ends }
}

describe('a node that has as much as it can do', () => {
  it('turns the next one away when it is late, until somebody has left', async () => {
    const { come, ends } = nodeThatIs(101)
    const [first, second] = [come(), come()]
    await expect(come()).rejects.toMatchObject({ code: 'busy', status: 503 })
    ends[0]?.()
    await first
    const third = come()
    ends.forEach((end) => {
      end()
    })
    await Promise.all([second, third])
  })

  it('gives a place back whose request failed', async () => {
    const layer = shedLoad({ atOnce: 1, late: 100 }, () => 101)
    const ctx = { path: '/oauth2/token' } as Context
    for (let n = 0; n < 2; n++)
      await expect(layer(ctx, () => Promise.reject(new Error('a fault')))).rejects.toThrow('a fault')
  })

  it('takes everybody as long as it is in time: whoever sends slowly keeps nobody out', async () => {
    const { come, ends } = nodeThatIs(100)
    const all = [come(), come(), come()]
    ends.forEach((end) => {
      end()
    })
    await Promise.all(all)
  })

  it.each(['/oauth2/jwks', '/.well-known/openid-configuration', '/healthz'])(
    'still says %s, which takes no place',
    async (path) => {
      const { come, ends } = nodeThatIs(101)
      const all = [come(), come(), come(path)]
      expect(ends).toHaveLength(3)
      ends.forEach((end) => {
        end()
      })
      await Promise.all(all)
    },
  )
})
