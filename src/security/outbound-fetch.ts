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
import type { Clock } from '../shared/clock.ts'
import { createLookUpCache } from '../shared/look-up-cache.ts'
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
  /** The status is enough: what follows it is thrown away, and not waited for, or not for long. */
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
  /**
   * For many requests to few receivers: a connection is kept for the next one to the same host, and a name is asked for
   * once a second at most. Each connection went to an address that was looked at.
   */
  keepAlive?: { clock: Clock }
}

interface Ways {
  idleMs: number
  maxBytes: number
  agents: { http: http.Agent; https: https.Agent } | undefined
}

export function createOutboundFetch(use: OutboundFetchUse): OutboundFetch {
  const { rules, totalMs = 5000, idleMs = 3000, maxBytes = 65_536, keepAlive } = use
  const resolve = remembering(use.resolve ?? resolveAll, keepAlive)
  const ways = { idleMs, maxBytes, agents: keepAlive && keepingAgents() }
  return async (url, request = {}) => {
    if (outboundShapeProblem(url, rules) !== undefined) return failure('refused_url')
    const deadline = AbortSignal.timeout(Math.min(request.withinMs ?? totalMs, totalMs))
    try {
      const addresses = await before(deadline, resolve(hostOf(url)))
      if (addresses.length === 0) return failure('unresolved')
      // One that is private is enough: which of them a connection would take is nobody's choice.
      const isAllowed = addresses.every(({ address }) => rules.allowPrivate || isPublicAddress(address))
      if (!isAllowed) return failure('refused_address')
      const go = () => exchange(url, request, addresses, ways, deadline)
      return await go().catch((error: unknown) => {
        if (error instanceof Failed && error.reason === 'stale') return go()
        throw error
      })
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

const remembering = (resolve: (host: string) => Promise<Address[]>, keepAlive?: { clock: Clock }) => {
  if (keepAlive === undefined) return resolve
  const names = createLookUpCache({ load: resolve, ttlMs: 1000, clock: keepAlive.clock, maxEntries: 1000 })
  return async (host: string): Promise<Address[]> => (await names.find(host)) ?? []
}

const KEPT_MS = 15_000

/** Who is asked one way is not asked the other: connections without TLS are no part of the others. */
function keepingAgents() {
  const options = { keepAlive: true, timeout: KEPT_MS, maxFreeSockets: 16 }
  return { http: new http.Agent(options), https: new https.Agent(options) }
}

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

/** `stale`: a connection that was kept had been closed at the other end. */
type FailedFor = OutboundFailure | 'stale'

class Failed extends Error {
  readonly reason: FailedFor
  constructor(reason: FailedFor, options?: ErrorOptions) {
    super(`the outgoing request ended: ${reason}`, options)
    this.name = 'Failed'
    this.reason = reason
  }
}

const reasonOf = (error: unknown): OutboundFailure =>
  error instanceof Failed && error.reason !== 'stale' ? error.reason : 'unreachable'

function exchange(
  url: URL,
  asked: OutboundRequest,
  addresses: readonly Address[],
  { idleMs, maxBytes, agents }: Ways,
  signal: AbortSignal,
): Promise<OutboundAnswer> {
  const { method = 'GET', headers = {}, body, headOnly = false } = asked
  const secure = url.protocol === 'https:'
  const { request, Agent } = secure ? https : http
  return new Promise((resolve, reject) => {
    const outgoing = request(url, {
      method,
      headers: { ...headers, ...(body !== undefined && { 'content-length': Buffer.byteLength(body) }) },
      agent: agents?.[secure ? 'https' : 'http'] ?? new Agent({ keepAlive: false }),
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
      .on('error', (cause) => {
        if (isUntrusted(socket)) reject(new Failed('untrusted', { cause }))
        else reject(outgoing.reusedSocket && isReset(cause) ? new Failed('stale', { cause }) : cause)
      })
      .on('response', (response) => {
        const { statusCode: status = 0 } = response
        const cut = (answer: OutboundAnswer): void => {
          resolve(answer)
          outgoing.destroy()
        }
        if (status >= 300 && status < 400) return cut(failure('redirect'))
        const answer = (content: Buffer): OutboundAnswer => ({
          ok: true,
          status,
          headers: response.headers,
          body: content,
        })
        if (headOnly && agents === undefined) return cut(answer(Buffer.alloc(0)))
        const impatience = headOnly && setTimeout(() => cut(answer(Buffer.alloc(0))), THROW_AWAY_MS)
        const parts: Buffer[] = []
        let size = 0
        response
          .on('data', (part: Buffer) => {
            size += part.length
            if (!headOnly) parts.push(part)
            if (size > maxBytes) cut(headOnly ? answer(Buffer.alloc(0)) : failure('too_large'))
          })
          .on('end', () => resolve(answer(Buffer.concat(parts))))
          .on('error', (error) => (headOnly ? resolve(answer(Buffer.alloc(0))) : reject(error)))
          .on('close', () => impatience && clearTimeout(impatience))
      })
      .end(body)
  })
}

/** What is thrown away is read so long, for the sake of the connection. */
const THROW_AWAY_MS = 1000

const isReset = (error: Error): boolean =>
  'code' in error && (error.code === 'ECONNRESET' || error.code === 'EPIPE')

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
