/**
 * Requests that the house makes of its own library, within the process: what the first-party API asks goes through the
 * same checks, the same two trips to the store and the same rule as a client's request. What marks one is an object
 * that only this process has, never a header.
 */
import { type IncomingMessage, ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import type { Provider } from 'oidc-provider'
import type { Verdict } from './rotation.ts'

export type Refusal = Verdict | 'denied' | 'step_up'

export interface InsideAnswer {
  status: number
  body: Record<string, unknown>
  /** The rule's, where it refused the refresh token; or that the risk policy did. */
  verdict?: Refusal
  /** With `step_up`: whose the token is. */
  account?: string
  /** For the caller's next proof (RFC 9449 §8). */
  nonce?: string
}

export interface InsideRequests {
  /** The request on whose behalf this one was made; undefined for one from outside. */
  outerOf(req: IncomingMessage): IncomingMessage | undefined
  /** Whether the house itself made this request. */
  made(req: IncomingMessage | undefined): boolean
  /** What the rule said of a refresh token: the protocol's answer does not tell one refusal from another. */
  note(req: IncomingMessage, verdict: Refusal, account?: string): void
  /** Whether its person has just proven who they are, because of this very request. */
  isProven(req: IncomingMessage): boolean
  /** On behalf of `outer`, whose connection tells whether anybody still listens. A `form` is posted. */
  ask(
    provider: Provider,
    outer: IncomingMessage,
    path: string,
    question: InsideQuestion,
  ): Promise<InsideAnswer>
}

export type InsideQuestion = { form: Record<string, string>; isProven?: boolean } | { authorization: string }

export interface InsideRequestsUse {
  /** Logs and errors of the inner request are the outer one's. */
  follow: (outer: IncomingMessage, inner: IncomingMessage) => void
}

export function createInsideRequests({ follow }: InsideRequestsUse): InsideRequests {
  const made = new WeakMap<IncomingMessage, Mark>()
  return {
    made: (req) => req !== undefined && made.has(req),
    outerOf: (req) => made.get(req)?.outer,
    note: (req, verdict, account) =>
      void Object.assign(made.get(req) ?? {}, { verdict, ...(account !== undefined && { account }) }),
    isProven: (req) => made.get(req)?.isProven === true,
    ask: async (provider, outer, path, question) => {
      const inner = requestLike(outer, path, question)
      const mark: Mark = { outer, isProven: 'form' in question && question.isProven === true }
      made.set(inner, mark)
      follow(outer, inner)
      const answer = new ServerResponse(inner)
      const text = endOf(answer)
      await provider.callback()(inner, answer)
      const body = await text
      const nonce = answer.getHeader('dpop-nonce')
      return {
        status: answer.statusCode,
        body: body === '' ? {} : JSON.parse(body),
        ...(mark.verdict === undefined ? {} : { verdict: mark.verdict }),
        ...(mark.account === undefined ? {} : { account: mark.account }),
        ...(typeof nonce === 'string' ? { nonce } : {}),
      }
    },
  }
}

interface Mark {
  outer: IncomingMessage
  isProven: boolean
  verdict?: Refusal
  account?: string
}

function requestLike(outer: IncomingMessage, path: string, question: InsideQuestion): IncomingMessage {
  const { host, 'x-forwarded-proto': scheme, 'user-agent': agent, dpop } = outer.headers
  const body = 'form' in question ? new URLSearchParams(question.form).toString() : ''
  return Object.assign(Readable.from(body === '' ? [] : [Buffer.from(body)]), {
    method: outer.method,
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
      ...('authorization' in question ? { authorization: question.authorization } : {}),
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
