/** The worker thread as its owner sees it: started, started again when it collapses, stopped in bounded time. */
import { setTimeout as delay } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import { StoreAway } from '../../src/shared/app-error.ts'
import { DataFolderFault } from './fault.ts'
import type { Close, Task } from './worker.ts'

/** A first start takes 3 s here; this ends one that will never come to its end. */
const START_MS = 120_000
const REST_MS = 1_000

export type Stop = (farewellMs: number) => Promise<void>

/** Resolves when the database serves, to the way to stop it; until then a collapse is followed by a new start. */
export async function keepWorking(task: Task, onError: (error: Error) => void): Promise<Stop> {
  const stopping = new AbortController()
  const { signal } = stopping
  let worker: Worker | undefined = await start(task)

  const startAgain = async (): Promise<Worker | undefined> => {
    for (;;) {
      await delay(REST_MS, undefined, { signal }).catch(() => {})
      if (signal.aborted) return undefined
      try {
        return await start({ ...task, firstStart: false })
      } catch (error) {
        onError(new StoreAway('postgresql', error))
      }
    }
  }

  const follow = async (): Promise<void> => {
    while (worker) {
      const cause = await endOf(worker)
      worker = undefined
      if (signal.aborted) return
      onError(new StoreAway('postgresql', cause))
      const next = await startAgain()
      if (signal.aborted) return void (await next?.terminate())
      worker = next
    }
  }

  const followed = follow()
  return async (farewellMs) => {
    stopping.abort()
    if (worker) await stop(worker, farewellMs)
    await followed
  }
}

async function start(task: Task): Promise<Worker> {
  const worker = new Worker(new URL('./worker.ts', import.meta.url), { workerData: task })
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const late = setTimeout(() => reject(new Error(`${task.dataDir} did not open in time.`)), START_MS)
  worker
    .once('message', () => resolve())
    .once('exit', reject)
    .on('error', reject)
  try {
    await promise
    return worker
  } catch (error) {
    await worker.terminate()
    throw asFault(error)
  } finally {
    clearTimeout(late)
  }
}

/** An error's class does not survive the way out of a thread. */
function asFault(error: unknown): unknown {
  if (!(error instanceof Error) || error.name !== DataFolderFault.name) return error
  return new DataFolderFault(error.message, { cause: error })
}

/** Resolves when the thread is gone, to the reason where it gave one. */
function endOf(worker: Worker): Promise<unknown> {
  let cause: unknown
  worker.on('message', (words: string) => {
    cause = new Error(words)
  })
  worker.on('error', (error) => {
    cause = error
  })
  return new Promise((resolve) => worker.once('exit', () => resolve(cause)))
}

async function stop(worker: Worker, farewellMs: number): Promise<void> {
  const gone = new Promise((resolve) => worker.once('exit', resolve))
  worker.postMessage({ farewellMs } satisfies Close)
  const late = setTimeout(() => worker.terminate(), farewellMs + 5_000)
  await gone
  clearTimeout(late)
}
