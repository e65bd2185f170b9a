/**
 * Work that would hold up the event loop, in threads of its own. A thread begins when it is first needed, and ends when
 * nobody has needed one for a while: what it has loaded takes memory. How much may be asked at once is the caller's to say.
 */
import { type MessagePort, parentPort, Worker, workerData } from 'node:worker_threads'

export interface WorkerPool<Task, Answer> {
  run(task: Task): Promise<Answer>
  /** Threads that were begun with what `data` said before do nothing more. */
  renew(): void
  close(): Promise<void>
}

export interface WorkerPoolUse {
  /** What a thread runs; it calls `serveWork`. */
  file: URL
  /** What it is given when it begins. */
  data?: () => unknown
  idleMs?: number
}

type Outcome<Answer> = { ok: true; answer: Answer } | { ok: false; message: string }

interface Thread<Task, Answer> {
  run(task: Task): Promise<Answer>
  end(): Promise<void>
}

export function createWorkerPool<Task, Answer>({
  file,
  data,
  idleMs = 60_000,
}: WorkerPoolUse): WorkerPool<Task, Answer> {
  const all = new Set<Thread<Task, Answer>>()
  let free: Thread<Task, Answer>[] = []
  let timer: NodeJS.Timeout | undefined
  const begin = (): Thread<Task, Answer> => {
    const thread = startThread<Task, Answer>(new Worker(file, { workerData: data?.() }), () => {
      all.delete(thread)
      free = free.filter((other) => other !== thread)
    })
    all.add(thread)
    return thread
  }
  const renew = (): void => {
    const before = free
    free = []
    // Those at work are ended by whoever gets their answer.
    all.clear()
    for (const thread of before) void thread.end()
  }
  return {
    run: async (task) => {
      clearTimeout(timer)
      const thread = free.pop() ?? begin()
      try {
        return await thread.run(task)
      } finally {
        if (all.has(thread)) free.push(thread)
        else void thread.end()
        clearTimeout(timer)
        timer = setTimeout(renew, idleMs).unref()
      }
    },
    renew,
    close: async () => {
      clearTimeout(timer)
      const threads = [...all]
      all.clear()
      free = []
      await Promise.all(threads.map((thread) => thread.end()))
    },
  }
}

/** The process waits for it only while it works. */
function startThread<Task, Answer>(worker: Worker, onEnd: () => void): Thread<Task, Answer> {
  let asked: PromiseWithResolvers<Answer> | undefined
  worker.unref()
  worker.on('message', (outcome: Outcome<Answer>) => {
    worker.unref()
    if (outcome.ok) asked?.resolve(outcome.answer)
    else asked?.reject(new Error(outcome.message))
  })
  const failed = (error: unknown): void => {
    onEnd()
    asked?.reject(error)
  }
  worker.on('error', failed).on('exit', (code) => failed(new Error(`a worker thread ended (${code})`)))
  return {
    run: (task) => {
      asked = Promise.withResolvers<Answer>()
      worker.ref()
      worker.postMessage(task)
      return asked.promise
    },
    end: async () => void (await worker.terminate()),
  }
}

/** The other side, in the thread: one task after the other. `prepare` gets what `data` said. */
export async function serveWork<Data, Task, Answer>(
  prepare: (data: Data) => Promise<(task: Task) => Answer | Promise<Answer>>,
): Promise<void> {
  const port = parentPort as MessagePort
  const prepared = prepare(workerData as Data)
  port.on('message', async (task: Task) => {
    try {
      const work = await prepared
      port.postMessage({ ok: true, answer: await work(task) })
    } catch (error) {
      port.postMessage({ ok: false, message: String(error) })
    }
  })
  await prepared
}
