/**
 * Lets so many jobs run at once, so many wait, and none wait for long. What comes on top is refused at once,
 * with `busy`: a flood of sign-ins must not take the memory or the event loop from everybody else.
 */
import { AppError } from '../shared/app-error.ts'

export interface QueueLimits {
  /** Jobs at once. */
  concurrency: number
  /** Jobs that may stand in line. */
  maxWaiting: number
  /** How long one may stand there. */
  maxWaitMs: number
  /** Hears how many stand in line, whenever that changes. */
  onDepth?: (waiting: number) => void
}

export type BoundedQueue = <T>(job: () => Promise<T>) => Promise<T>

export function createBoundedQueue(limits: QueueLimits): BoundedQueue {
  const line = new Set<() => void>()
  let running = 0

  const changed = (): void => limits.onDepth?.(line.size)

  const turn = (): Promise<void> =>
    new Promise((resolve, reject) => {
      const start = (): void => {
        clearTimeout(timer)
        line.delete(start)
        changed()
        resolve()
      }
      const timer = setTimeout(() => {
        line.delete(start)
        changed()
        reject(busy())
      }, limits.maxWaitMs)
      line.add(start)
      changed()
    })

  // A job that ends hands its place to the first in line: nobody who comes later can slip in between.
  const leave = (): void => {
    const [next] = line
    if (next === undefined) running -= 1
    else next()
  }

  return async (job) => {
    if (running < limits.concurrency) running += 1
    else if (line.size < limits.maxWaiting) await turn()
    else throw busy()
    try {
      return await job()
    } finally {
      leave()
    }
  }
}

const busy = (): AppError =>
  new AppError('busy', 'Too many people are signing in right now. Try again in a moment.')
