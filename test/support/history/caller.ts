/** Requests over the wire, each noted with what was presented and what came back. */
import { createHash, randomUUID } from 'node:crypto'
import { Agent, type IncomingHttpHeaders, request } from 'node:http'
import type { Call } from './evidence.ts'
import { type Mishap, mishapHeader, type Wire } from './wire.ts'

export interface Message {
  method: string
  path: string
  headers: Record<string, string>
  body?: string
}

export interface Reply {
  status: number
  headers: IncomingHttpHeaders
  text: string
}

/** What is known of a call before it is made, and what is read from its answer. */
export interface Note extends Pick<Call, 'kind' | 'party' | 'client' | 'session' | 'input'> {
  key?: string
  ends?: 'family' | 'session'
  /** Of a success. */
  read?: (reply: Reply) => Pick<Call, 'output' | 'binding' | 'active'>
}

export interface Conditions {
  mishap?: Mishap | undefined
  /** How long the client waits before it goes its way, ms. */
  patience?: number
}

export interface Caller {
  readonly calls: readonly Call[]
  /** Undefined where no answer came. */
  call(note: Note, message: Message, conditions?: Conditions): Promise<Reply | undefined>
  /** Resolves when nothing is under way any more. */
  settled(): Promise<void>
}

const PATIENCE = 2_000

export const hashed = (token: string): string =>
  createHash('sha256').update(token).digest('base64url').slice(0, 16)

export function createCaller(wire: Wire): Caller {
  const calls: Call[] = []
  const underWay = new Set<Promise<unknown>>()
  const kept = new Agent({ keepAlive: true, scheduling: 'fifo', maxFreeSockets: 64 })
  const note = async (about: Note, message: Message, conditions: Conditions): Promise<Reply | undefined> => {
    const { read, ...known } = about
    const id = randomUUID()
    const start = Date.now()
    const reply = await send(wire.url, id, message, conditions, kept).catch(() => undefined)
    const node = wire.nodeOf(id)
    calls.push({
      ...known,
      id,
      input: hashed(about.input),
      start,
      end: Date.now(),
      ...(node !== undefined && { node }),
      ...(reply !== undefined && { status: reply.status, ...read?.(reply) }),
      ...(reply !== undefined && reply.status >= 400 && { error: errorIn(reply) }),
    })
    return reply
  }
  return {
    calls,
    call: (about, message, conditions = {}) => {
      const calling = note(about, message, conditions)
      underWay.add(calling)
      return calling.finally(() => underWay.delete(calling))
    },
    settled: async () => {
      await Promise.all(underWay)
      kept.destroy()
    },
  }
}

/** RFC 6749 §5.2 and RFC 9457 have names of their own for it. */
function errorIn({ text }: Reply): string {
  try {
    const { error, code } = JSON.parse(text) as { error?: unknown; code?: unknown }
    return String(error ?? code)
  } catch {
    return ''
  }
}

/** By hand: `fetch` hides broken connections by opening others. */
function send(
  url: string,
  id: string,
  { method, path, headers, body }: Message,
  { mishap, patience = PATIENCE }: Conditions,
  kept: Agent,
): Promise<Reply> {
  const { promise, resolve, reject } = Promise.withResolvers<Reply>()
  const sent = request(
    url + path,
    {
      method,
      // What happens to a request happens to its whole connection.
      agent: mishap === undefined ? kept : false,
      headers: {
        ...headers,
        'x-request-id': id,
        ...(body !== undefined && { 'content-length': Buffer.byteLength(body) }),
        ...(mishap && { 'x-mishap': mishapHeader(mishap) }),
      },
      signal: AbortSignal.timeout(patience),
    },
    (response) => {
      let text = ''
      response.setEncoding('utf8').on('data', (part: string) => {
        text += part
      })
      response
        .once('error', reject)
        .once('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, text }))
    },
  )
  sent.once('error', reject).end(body)
  return promise
}
