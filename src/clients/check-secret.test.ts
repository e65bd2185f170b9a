import { randomBytes } from 'node:crypto'
import { expect, it, vi } from 'vitest'
import type { NumberedKey } from '../keys/data-keys.ts'
import { checkSecret } from './check-secret.ts'
import { createClientSecrets } from './client-secrets.ts'

const [first, second] = [1, 2].map((number) => ({ number, key: randomBytes(32) })) as [
  NumberedKey,
  NumberedKey,
]
const under = (...keys: [NumberedKey, ...NumberedKey[]]) =>
  createClientSecrets({
    current: () => keys[0],
    byNumber: (_, number) => keys.find((key) => key.number === number)?.key,
  })
const stored = under(first).hash('portal', 'its secret')
const clientSecrets = under(second, first)

function checking(renewHash: (clientId: string, from: string, to: string) => Promise<unknown>) {
  const onRehashFailed = vi.fn()
  return { check: checkSecret({ clientSecrets, renewHash, onRehashFailed }), onRehashFailed }
}

it('is good under the pepper of its time, and hashed anew under the one in use', async () => {
  const renewHash = vi.fn(async (..._: string[]) => true)
  expect(await checking(renewHash).check('portal', 'its secret', stored)).toBe(true)
  const [, from, to = ''] = renewHash.mock.calls[0] ?? []
  expect([from, to]).toEqual([stored, expect.stringMatching(/^2:/)])
  expect(under(second).verify('portal', 'its secret', to)).toBe(true)
})

it('that is wrong, or new already, changes nothing', async () => {
  const renewHash = vi.fn(async () => true)
  const { check } = checking(renewHash)
  expect(await check('portal', 'another', stored)).toBe(false)
  expect(await check('other', 'its secret', stored)).toBe(false)
  expect(await check('portal', 'its secret', clientSecrets.hash('portal', 'its secret'))).toBe(true)
  expect(renewHash).not.toHaveBeenCalled()
})

it('is good although it could not be hashed anew', async () => {
  const failure = new Error('away')
  const { check, onRehashFailed } = checking(() => Promise.reject(failure))
  expect(await check('portal', 'its secret', stored)).toBe(true)
  expect(onRehashFailed).toHaveBeenCalledWith(failure)
})

it('hashed under a pepper that is gone is no secret', async () => {
  expect(under(second).verify('portal', 'its secret', stored)).toBe(false)
})
