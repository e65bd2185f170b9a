import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { StoreAway } from '../shared/app-error.ts'
import { DATA_KEYS_TOPIC, type FreshDataKeys, keepFresh } from './keep-fresh.ts'

let fresh: FreshDataKeys
let notice: (key: string) => void
const reread = vi.fn<() => Promise<void>>()
const onError = vi.fn()

beforeEach(() => {
  vi.useFakeTimers()
  reread.mockReset().mockResolvedValue()
  onError.mockReset()
  const subscribe = (topic: string, listener: (key: string) => void): void => {
    if (topic === DATA_KEYS_TOPIC) notice = listener
  }
  fresh = keepFresh({ keys: { reread }, notices: { subscribe }, onError })
})
afterEach(() => {
  fresh.stop()
  vi.useRealTimers()
})

it('reads data keys anew at a notice, and every two seconds without one', async () => {
  notice('changed')
  expect(reread).toHaveBeenCalledTimes(1)
  await vi.advanceTimersByTimeAsync(4_000)
  expect(reread).toHaveBeenCalledTimes(3)
  fresh.stop()
  await vi.advanceTimersByTimeAsync(4_000)
  expect(reread).toHaveBeenCalledTimes(3)
})

it('is not ready while they can’t be opened, and says so once', async () => {
  await expect(fresh.check()).resolves.toBeUndefined()
  reread.mockRejectedValue(new Error('does not open'))
  await vi.advanceTimersByTimeAsync(6_000)
  expect(onError).toHaveBeenCalledTimes(1)
  await expect(fresh.check()).rejects.toThrow('does not open')
  reread.mockResolvedValue()
  await vi.advanceTimersByTimeAsync(2_000)
  await expect(fresh.check()).resolves.toBeUndefined()
})

it('leaves it to others to say that the database is away', async () => {
  reread.mockRejectedValue(new StoreAway('postgresql'))
  await vi.advanceTimersByTimeAsync(2_000)
  await expect(fresh.check()).resolves.toBeUndefined()
  expect(onError).not.toHaveBeenCalled()
})

it('waits for an answer before it asks again', async () => {
  const slow = Promise.withResolvers<void>()
  reread.mockReturnValueOnce(slow.promise)
  await vi.advanceTimersByTimeAsync(6_000)
  expect(reread).toHaveBeenCalledTimes(1)
  slow.resolve()
  await vi.advanceTimersByTimeAsync(2_000)
  expect(reread).toHaveBeenCalledTimes(2)
})
