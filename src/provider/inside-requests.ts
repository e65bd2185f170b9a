/**
 * Requests that the house makes of its own library, within the process: what the first-party API asks goes through the
 * same checks, the same two trips to the store and the same rule as a client's request. What marks one is an object
 * that only this process has, never a header.
 */
import { type IncomingMessage, ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import type { Provider } from 'oidc-provider'
import type { Verdict } from './rotation.ts'

export interface InsideAnswer {
  status: number
  body: Record<string, unknown>
  /** The rule's, where it refused the refresh token. */
  verdict?: Verdict
}

export interface InsideRequests {
  /** Whether the house itself made this request. */
  made(req: IncomingMessage | undefined): boolean
  /** What the rule said of a refresh token: the protocol's answer does not tell one refusal from another. */
  note(req: IncomingMessage, verdict: Verdict): void
  /** Posts a form on behalf of `outer`, whose connection tells whether anybody still listens. */
  post(
    provider: Provider,
    outer: IncomingMessage,
    path: string,
    form: Record<string, string>,
  ): Promise<InsideAnswer>
}

export interface InsideRequestsUse {
  /** Logs and errors of the inner request are the outer one's. */
  follow: (outer: IncomingMessage, inner: IncomingMessage) => void
}

export function createInsideRequests({ follow }: InsideRequestsUse): InsideRequests {
  const made = new WeakMap<IncomingMessage, { verdict?: Verdict }>()
  return {
    made: (req) => req !== undefined && made.has(req),
    note: (req, verdict) => void Object.assign(made.get(req) ?? {}, { verdict }),
    post: async (provider, outer, path, form) => {
      const inner = requestLike(outer, path, new URLSearchParams(form).toString())
      const heard: { verdict?: Verdict } = {}
      made.set(inner, heard)
      follow(outer, inner)
      const answer = new ServerResponse(inner)
      const text = endOf(answer)
      await provider.callback()(inner, answer)
      const body = await text
      return { status: answer.statusCode, body: body === '' ? {} : JSON.parse(body), ...heard }
    },
  }
}

function requestLike(outer: IncomingMessage, path: string, body: string): IncomingMessage {
  const { host, 'x-forwarded-proto': scheme, 'user-agent': agent, dpop } = outer.headers
  return Object.assign(Readable.from([Buffer.from(body)]), {
    method: 'POST',
    url: path,
    httpVersion: outer.httpVersion,
    httpVersionMajor: outer.httpVersionMajor,
    httpVersionMinor: outer.httpVersionMinor,
    socket: outer.socket,
    headers: {
      host,
      'x-forwarded-proto': scheme,
      'user-agent': agent,
      ...(dpop === undefined ? {} : { dpop }),
      accept: 'application/json',
      'content-type': 'application/x-www-form-urlencoded',
      'content-length': String(Buffer.byteLength(body)),
    },
  }) as unknown as IncomingMessage
}

/** The body, once the library has ended its answer; nothing of it goes to a socket. */
const endOf = (answer: ServerResponse): Promise<string> =>
  new Promise((resolve) => {
    answer.end = ((chunk?: unknown) => {
      resolve(typeof chunk === 'string' || Buffer.isBuffer(chunk) ? chunk.toString() : '')
      return answer
    }) as typeof answer.end
  })
