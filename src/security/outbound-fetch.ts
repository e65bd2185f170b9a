/**
 * The one way out: every HTTP request that the server makes to an address which somebody else has written down. Nobody
 * may make it ask where only it can reach (OWASP: server-side request forgery), wait for ever, or read without end.
 *
 * - A name is resolved once, here; each address that it has is looked at, and the connection goes to one of these.
 *   Nothing asks again in between, so that an answer can't change between the look and the connection (DNS rebinding).
 * - No redirect is followed, no proxy of the environment used, no cookie kept; certificates are always verified,
 *   whatever NODE_TLS_REJECT_UNAUTHORIZED says.
 * - There is a time for all of it, a time for silence, and a most that is read.
 */
import { lookup } from 'node:dns/promises'
import * as http from 'node:http'
import * as https from 'node:https'
import { isIP, type LookupFunction } from 'node:net'
import { TLSSocket } from 'node:tls'
import { hostOf, type OutboundRules, outboundShapeProblem } from './outbound-url.ts'
import { isPublicAddress } from './public-address.ts'

export type OutboundFailure =
  /** Its scheme or shape: nothing was asked of anybody. */
  | 'refused_url'
  /** It leads to a private address: nothing was sent. */
  | 'refused_address'
  | 'unresolved'
  | 'unreachable'
  /** The certificate is not one for this host. */
  | 'untrusted'
  | 'timeout'
  | 'too_large'
  | 'redirect'

export type OutboundAnswer =
  | { ok: true; status: number; headers: http.IncomingHttpHeaders; body: Buffer }
  /** `cause`: for the log. */
  | { ok: false; reason: OutboundFailure; cause?: unknown }

export interface OutboundRequest {
  method?: 'GET' | 'POST'
  /** All that is sent, besides `Host`, `Connection` and the length. */
  headers?: Readonly<Record<string, string>>
  body?: string
  /** The status is enough: what follows it is not waited for. */
  headOnly?: boolean
  /** Somebody waits for it: less time than usual, ms. */
  withinMs?: number
}

/** Never rejects. */
export type OutboundFetch = (url: URL, request?: OutboundRequest) => Promise<OutboundAnswer>

export interface Address {
  address: string
  family: number
}

export interface OutboundFetchUse {
  rules: OutboundRules
  resolve?: (host: string) => Promise<Address[]>
  /** Milliseconds: for everything, and without a sign of life. */
  totalMs?: number
  idleMs?: number
  maxBytes?: number
}

type Limits = Required<Pick<OutboundFetchUse, 'idleMs' | 'maxBytes'>>

export function createOutboundFetch(use: OutboundFetchUse): OutboundFetch {
  const { rules, resolve = resolveAll, totalMs = 5000, idleMs = 3000, maxBytes = 65_536 } = use
  const limits = { idleMs, maxBytes }
  return async (url, request = {}) => {
    if (outboundShapeProblem(url, rules) !== undefined) return failure('refused_url')
    const deadline = AbortSignal.timeout(Math.min(request.withinMs ?? totalMs, totalMs))
    try {
      const addresses = await before(deadline, resolve(hostOf(url)))
      if (addresses.length === 0) return failure('unresolved')
      // One that is private is enough: which of them a connection would take is nobody's choice.
      const isAllowed = addresses.every(({ address }) => rules.allowPrivate || isPublicAddress(address))
      if (!isAllowed) return failure('refused_address')
      return await exchange(url, request, addresses, limits, deadline)
    } catch (error) {
      return failure(deadline.aborted ? 'timeout' : reasonOf(error), error)
    }
  }
}

const failure = (reason: OutboundFailure, cause?: unknown): OutboundAnswer => ({
  ok: false,
  reason,
  ...(cause !== undefined && { cause }),
})

/** As the machine resolves names, `/etc/hosts` included. An address is its own answer: nobody is asked. */
async function resolveAll(host: string): Promise<Address[]> {
  const family = isIP(host)
  return family === 0 ? lookup(host, { all: true }) : [{ address: host, family }]
}

/** A resolver can't be called back, but need not be waited for. */
function before<T>(deadline: AbortSignal, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    deadline.addEventListener('abort', () => reject(deadline.reason), { once: true })
    work.then(resolve, (cause: unknown) => reject(new Failed('unresolved', { cause })))
  })
}

class Failed extends Error {
  readonly reason: OutboundFailure
  constructor(reason: OutboundFailure, options?: ErrorOptions) {
    super(`the outgoing request ended: ${reason}`, options)
    this.name = 'Failed'
    this.reason = reason
  }
}

const reasonOf = (error: unknown): OutboundFailure => (error instanceof Failed ? error.reason : 'unreachable')

function exchange(
  url: URL,
  { method = 'GET', headers = {}, body, headOnly = false }: OutboundRequest,
  addresses: readonly Address[],
  { idleMs, maxBytes }: Limits,
  signal: AbortSignal,
): Promise<OutboundAnswer> {
  const { request, Agent } = url.protocol === 'https:' ? https : http
  return new Promise((resolve, reject) => {
    const outgoing = request(url, {
      method,
      headers: { ...headers, ...(body !== undefined && { 'content-length': Buffer.byteLength(body) }) },
      agent: new Agent({ keepAlive: false }),
      lookup: answering(addresses),
      rejectUnauthorized: true,
      timeout: idleMs,
      signal,
    })
    let socket: unknown
    outgoing
      .on('socket', (own) => {
        socket = own
      })
      .on('timeout', () => outgoing.destroy(new Failed('timeout')))
      .on('error', (cause) => reject(isUntrusted(socket) ? new Failed('untrusted', { cause }) : cause))
      .on('response', (response) => {
        const { statusCode: status = 0 } = response
        const end = (answer: OutboundAnswer): void => {
          resolve(answer)
          outgoing.destroy()
        }
        if (status >= 300 && status < 400) return end(failure('redirect'))
        const done = (content: Buffer): void =>
          end({ ok: true, status, headers: response.headers, body: content })
        if (headOnly) return done(Buffer.alloc(0))
        const parts: Buffer[] = []
        let size = 0
        response
          .on('data', (part: Buffer) => {
            size += part.length
            parts.push(part)
            if (size > maxBytes) end(failure('too_large'))
          })
          .on('end', () => done(Buffer.concat(parts)))
          .on('error', reject)
      })
      .end(body)
  })
}

/** For a host that is a name; a connection to an address asks nobody. */
const answering =
  (addresses: readonly Address[]): LookupFunction =>
  (_host, { all }, callback) => {
    const [first] = addresses
    if (all === true) callback(null, [...addresses])
    else callback(null, first?.address ?? '', first?.family)
  }

const isUntrusted = (socket: unknown): boolean =>
  socket instanceof TLSSocket && Boolean(socket.authorizationError)
