/**
 * The listener for those who run the house: liveness, readiness, metrics. It is apart from the public one and starts
 * before the stores are there, so that a node that waits for them is seen to live.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { Health, Readiness } from './health.ts'
import type { Metrics } from './metrics.ts'

export interface ManagementOptions {
  host: string
  port: number
  health: Pick<Health, 'ready'>
  metrics: Pick<Metrics, 'text' | 'contentType'>
}

export interface Management {
  /** The one that was taken, where 0 was asked for. */
  readonly port: number
  close(): Promise<void>
}

interface Answer {
  status: number
  body: string
  contentType?: string
}
type Page = (query: URLSearchParams) => Promise<Answer>

const live: Page = async () => ({ status: 200, body: 'ok\n' })

const line = ({ name, ok, ms }: Readiness['checks'][number]) => `[${ok ? '+' : '-'}]${name} ${ms} ms\n`

const readiness =
  (health: ManagementOptions['health']): Page =>
  async (query) => {
    const { ok, checks } = await health.ready()
    const verdict = ok ? 'ready\n' : 'not ready\n'
    return { status: ok ? 200 : 503, body: (query.has('verbose') ? checks.map(line).join('') : '') + verdict }
  }

const metricsPage =
  ({ text, contentType }: ManagementOptions['metrics']): Page =>
  async () => ({ status: 200, body: await text(), contentType })

async function answer(pages: ReadonlyMap<string, Page>, request: IncomingMessage): Promise<Answer> {
  const [path = '', query] = (request.url ?? '').split('?', 2)
  const page = pages.get(path)
  if (page === undefined) return { status: 404, body: 'not found\n' }
  if (request.method !== 'GET' && request.method !== 'HEAD')
    return { status: 405, body: 'method not allowed\n' }
  return page(new URLSearchParams(query))
}

function send(
  response: ServerResponse,
  { status, body, contentType = 'text/plain; charset=utf-8' }: Answer,
): void {
  response.writeHead(status, {
    'Content-Type': contentType,
    'Content-Length': Buffer.byteLength(body),
    'Cache-Control': 'no-store',
    'X-Content-Type-Options': 'nosniff',
    ...(status === 405 && { Allow: 'GET, HEAD' }),
  })
  response.end(body)
}

const listen = (server: Server, host: string, port: number) =>
  new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, () => {
      server.off('error', reject)
      resolve()
    })
  })

/** Rejects when the address can't be had (`EADDRINUSE`). */
export async function startManagement(options: ManagementOptions): Promise<Management> {
  const { host, port, health, metrics } = options
  const pages = new Map([
    ['/healthz', live],
    ['/livez', live],
    ['/readyz', readiness(health)],
    ['/metrics', metricsPage(metrics)],
  ])
  const server = createServer({ headersTimeout: 5000, requestTimeout: 5000 }, (request, response) => {
    answer(pages, request).then(
      (found) => send(response, found),
      () => send(response, { status: 500, body: 'internal error\n' }),
    )
  })
  await listen(server, host, port)
  const address = server.address()
  return {
    port: typeof address === 'object' && address !== null ? address.port : port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
