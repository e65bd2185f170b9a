import { expect, it } from 'vitest'
import { takeBack } from './take-back.ts'

/** A client that has families, one of which appears late: its authorization was under way. */
function client(families: string[], late: string[] = []) {
  const did: string[] = []
  let consented = true
  const use = {
    clock: { now: () => 0 },
    consents: {
      remove: async () => {
        did.push('consent')
        const was = consented
        consented = false
        return was
      },
    },
    access: {
      revoke: async ({ value }: { value: string }) => {
        did.push(value)
        families.splice(families.indexOf(value), 1)
        families.push(...late.splice(0))
        return { sessions: 0, grants: 1, left: false }
      },
    },
    familiesOf: async () => [...families],
  }
  return { did, use: use as unknown as Parameters<typeof takeBack>[0] }
}

it('nothing is given any more before what was given ends, and what comes late ends too', async () => {
  const { did, use } = client(['one', 'two'], ['late'])
  expect(await takeBack(use)('sub', 'client', {})).toBe(true)
  expect(did).toEqual(['consent', 'one', 'two', 'late'])
})

it('who is cut off on the way does the rest the next time, and is told when there is nothing', async () => {
  const { did, use } = client(['one', 'two'])
  const { access } = use
  const cut = { ...use, access: { revoke: () => Promise.reject(new Error('cut off')) } }
  await expect(takeBack(cut)('sub', 'client', {})).rejects.toThrow('cut off')
  expect(await takeBack({ ...use, access })('sub', 'client', {})).toBe(true)
  expect(did).toEqual(['consent', 'consent', 'one', 'two'])
  expect(await takeBack(use)('sub', 'client', {})).toBe(false)
})

it('does not go on for ever with a client that gets more all the time', async () => {
  const { use } = client(['one'])
  const endless = {
    ...use,
    familiesOf: async () => ['another'],
    access: { revoke: async () => ({}) as never },
  }
  await expect(takeBack(endless)('sub', 'client', {})).rejects.toThrow('more than can be ended')
})
