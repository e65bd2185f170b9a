/** Another site, on this machine: what a relying party answers, and what an attacker shows. */
import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface Elsewhere {
  readonly origin: string
  /** What came to `/cb`, in order. */
  readonly callbacks: { method: string | undefined; referer: string | undefined; body: string }[]
  /** A page that shows an address in a frame. */
  frame(target: string): string
  /** A page that loads an address as a picture and has a form for it. */
  attack(target: string): string
  stop(): void
}

const PAGES: Record<string, (target: string) => string> = {
  '/frame': (target) => `<iframe src="${target}" width=600 height=600></iframe>`,
  '/attack': (target) =>
    `<img src="${target}"><form method=post action="${target}"><button>Win</button></form>`,
}

export async function openElsewhere(): Promise<Elsewhere> {
  const callbacks: Elsewhere['callbacks'] = []
  const answer = async (request: IncomingMessage): Promise<string> => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://127.0.0.1')
    const body = Buffer.concat(await request.toArray()).toString()
    const { method, headers } = request
    if (pathname === '/cb') callbacks.push({ method, referer: headers.referer, body })
    return PAGES[pathname]?.(searchParams.get('target') ?? '') ?? '<title>elsewhere</title>'
  }
  const server = createServer((request, response) => {
    response.setHeader('content-type', 'text/html')
    void answer(request).then((html) => response.end(html))
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const { port } = server.address() as AddressInfo
  const page = (host: string, path: string, target: string): string =>
    `http://${host}:${port}${path}?target=${encodeURIComponent(target)}`
  return {
    origin: `http://127.0.0.1:${port}`,
    callbacks,
    // Of a neighbour on the same host, to whom browsers send our cookies.
    frame: (target) => page('localhost', '/frame', target),
    attack: (target) => page('127.0.0.1', '/attack', target),
    stop: () => {
      server.closeAllConnections()
      server.close()
    },
  }
}
