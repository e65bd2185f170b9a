import { expect, it } from 'vitest'
import { createEpochs } from './epochs.ts'

const accounts = new Map([['ada', { epoch: 2 }]])
const clients = new Map([['web', { epoch: 0 }]])
const epochs = createEpochs({
  findAccount: async (sub) => accounts.get(sub),
  findClient: async (id) => clients.get(id),
})
const owner = { account: 'ada', client: 'web' }

it('what was made before everything was ended is not current', async () => {
  const made = await epochs.now(owner)
  expect(made).toEqual({ a: 2, c: 0 })
  expect(await epochs.isCurrent(owner, made)).toBe(true)
  expect(await epochs.isCurrent(owner, { a: 1, c: 0 })).toBe(false)
  expect(await epochs.isCurrent({ client: 'web' }, undefined)).toBe(true)
  expect(await epochs.isCurrent(owner, undefined)).toBe(false)
  clients.set('web', { epoch: 1 })
  expect(await epochs.isCurrent(owner, made)).toBe(false)
  expect(await epochs.isCurrent({ account: 'ada', client: 'built-in' }, made)).toBe(true)
})
