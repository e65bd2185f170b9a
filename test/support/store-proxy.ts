/**
 * A wire between a node and its store that can be slow, or stop at a given message, so that a test can end the node
 * exactly there. PostgreSQL and Redis alike: it knows where a message is about short-lived state, and nothing else.
 */
import { once } from 'node:events'
import { connect, createServer, type Server, type Socket } from 'node:net'

export interface StoreProxy {
  /** The store's address by way of this proxy. */
  readonly url: string
  /** Messages about state since `hold` was called. */
  readonly messages: number
  /** From now on every answer comes so much later. */
  delay(ms: number): void
  /** No answer passes until `resume`, when all of them do. */
  pause(): void
  resume(): void
  /**
   * The n-th message from now on is held, or the answer to it, and what follows on its connection; resolves when that
   * has happened.
   */
  hold(part: 'message' | 'answer', nth: number): Promise<void>
  /** Breaks all connections; new ones pass freely. */
  reset(): void
  close(): Promise<void>
}

/** A prepared statement's name, or a script's call: both are sent in one piece. */
const ABOUT_STATE = /state_|\beval(sha)?\b/i

interface Stop {
  part: 'message' | 'answer'
  nth: number
  reached: () => void
}

interface Wire {
  stop: Stop | undefined
  messages: number
  latency: number
  /** Answers that wait, while it is paused. */
  waiting: (() => void)[] | undefined
}

export async function startStoreProxy(store: string): Promise<StoreProxy> {
  const target = new URL(store)
  const wire: Wire = { stop: undefined, messages: 0, latency: 0, waiting: undefined }
  const open = new Set<Socket>()
  const server = createServer((node) => {
    const upstream = connect(Number(target.port), target.hostname)
    join(wire, node, upstream)
    for (const socket of [node, upstream]) {
      open.add(socket)
      socket.setNoDelay().on('error', () => {})
      socket.once('close', () => {
        open.delete(socket)
        node.destroy()
        upstream.destroy()
      })
    }
  })
  const reset = (): void => {
    wire.stop = undefined
    for (const socket of open) socket.destroy()
  }
  return {
    url: await listen(server, target),
    get messages() {
      return wire.messages
    },
    delay: (ms) => {
      wire.latency = ms
    },
    pause: () => {
      wire.waiting ??= []
    },
    resume: () => {
      for (const pass of wire.waiting ?? []) pass()
      wire.waiting = undefined
    },
    hold: (part, nth) => {
      const { promise, resolve } = Promise.withResolvers<void>()
      wire.messages = 0
      wire.stop = { part, nth, reached: resolve }
      return promise
    },
    reset,
    close: async () => {
      server.close()
      reset()
      await once(server, 'close')
    },
  }
}

async function listen(server: Server, target: URL): Promise<string> {
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const address = server.address()
  const url = new URL(target)
  url.hostname = '127.0.0.1'
  if (typeof address === 'object' && address !== null) url.port = String(address.port)
  return url.href
}

function join(wire: Wire, node: Socket, upstream: Socket): void {
  let [messageHeld, answerHeld] = [false, false]
  node.on('data', (part: Buffer) => {
    if (messageHeld) return
    if (ABOUT_STATE.test(part.toString('latin1')) && ++wire.messages === wire.stop?.nth) {
      messageHeld = wire.stop.part === 'message'
      answerHeld = wire.stop.part === 'answer'
    }
    if (messageHeld) wire.stop?.reached()
    else upstream.write(part)
  })
  upstream.on('data', (part: Buffer) => {
    if (answerHeld) wire.stop?.reached()
    else if (wire.waiting !== undefined) wire.waiting.push(() => node.write(part))
    else if (wire.latency === 0) node.write(part)
    else setTimeout(() => node.write(part), wire.latency)
  })
}
