import { afterEach, describe, expect, it, vi } from 'vitest'
import { AppError } from '../shared/app-error.ts'
import { createBoundedQueue } from './bounded-queue.ts'

/** A job that ends when it is told to. */
function job() {
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  return { run: vi.fn(() => promise), end: () => resolve('done'), fail: () => reject(new Error('broken')) }
}

const busy = expect.objectContaining({ code: 'busy', status: 503 })

describe('the bounded queue', () => {
  afterEach(() => void vi.useRealTimers())

  it('runs so many jobs at once and the others in the order they came', async () => {
    const queue = createBoundedQueue({ concurrency: 2, maxWaiting: 10, maxWaitMs: 60_000 })
    const jobs = [job(), job(), job(), job()] as const
    const ends = jobs.map((j) => queue(j.run))
    expect(jobs.map((j) => j.run.mock.calls.length)).toEqual([1, 1, 0, 0])

    jobs[1].end()
    await ends[1]
    await vi.waitFor(() => expect(jobs[2].run).toHaveBeenCalledOnce())
    expect(jobs[3].run).not.toHaveBeenCalled()

    for (const j of jobs) j.end()
    expect(await Promise.all(ends)).toEqual(['done', 'done', 'done', 'done'])
  })

  it('refuses with busy what finds the line full, and goes on serving the others', async () => {
    const queue = createBoundedQueue({ concurrency: 1, maxWaiting: 1, maxWaitMs: 60_000 })
    const [first, second, third] = [job(), job(), job()]
    const ends = [queue(first.run), queue(second.run)]
    await expect(queue(third.run)).rejects.toEqual(busy)
    first.end()
    second.end()
    expect(await Promise.all(ends)).toEqual(['done', 'done'])
    expect(third.run).not.toHaveBeenCalled()
  })

  it('refuses with busy what waited too long, and gives its place to nobody twice', async () => {
    vi.useFakeTimers()
    const queue = createBoundedQueue({ concurrency: 1, maxWaiting: 10, maxWaitMs: 500 })
    const [first, second, third] = [job(), job(), job()]
    const ended = queue(first.run)
    const late = expect(queue(second.run)).rejects.toBeInstanceOf(AppError)
    await vi.advanceTimersByTimeAsync(500)
    await late

    const waiting = queue(third.run)
    first.end()
    await ended
    third.end()
    expect(await waiting).toBe('done')
    expect(second.run).not.toHaveBeenCalled()
  })

  it('goes on after a job that failed', async () => {
    const queue = createBoundedQueue({ concurrency: 1, maxWaiting: 1, maxWaitMs: 60_000 })
    const [first, second] = [job(), job()]
    const failed = expect(queue(first.run)).rejects.toThrow('broken')
    const waiting = queue(second.run)
    first.fail()
    await failed
    second.end()
    expect(await waiting).toBe('done')
  })

  it('tells how many stand in line', async () => {
    const depths: number[] = []
    const queue = createBoundedQueue({
      concurrency: 1,
      maxWaiting: 2,
      maxWaitMs: 60_000,
      onDepth: (n) => depths.push(n),
    })
    const jobs = [job(), job(), job()]
    const ends = jobs.map((j) => queue(j.run))
    for (const j of jobs) j.end()
    await Promise.all(ends)
    expect(depths).toEqual([1, 2, 1, 0])
  })
})
