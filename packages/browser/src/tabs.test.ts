import { expect, it } from 'vitest'
import { alone } from './tabs.ts'

it('one after the other, and the later ones know that they waited', async () => {
  const log: string[] = []
  const turn = (name: string) =>
    alone('one at a time', async (waited) => {
      log.push(`${name} begins${waited ? ' later' : ''}`)
      await new Promise((resolve) => setImmediate(resolve))
      log.push(`${name} ends`)
      return name
    })
  expect(await Promise.all(['a', 'b', 'c'].map(turn))).toEqual(['a', 'b', 'c'])
  expect(log).toEqual(['a begins', 'a ends', 'b begins later', 'b ends', 'c begins later', 'c ends'])
})

it('what goes wrong is told, at once and after a wait', async () => {
  const fails = () => alone('failing', () => Promise.reject(new Error('broken')))
  const results = await Promise.allSettled([fails(), fails()])
  expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
  expect(await alone('failing', async () => 'free again')).toBe('free again')
})
