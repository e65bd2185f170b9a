/** Servers of clients that can be told something: a real HTTP server that keeps what comes, and can be told to misbehave. */
import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A status, a way elsewhere, or no answer at all. */
export type Mood = number | { location: string } | 'hang'

export interface Call {
  method: string
  headers: IncomingHttpHeaders
  body: string
}

export interface Receiver {
  url(path: string): string
  /** Every call of a path whose content arrived, in order, whatever was answered. */
  calls(path: string): Call[]
  /** How a path treats what comes next, one after the other; then it is as it should be. */
  behave(path: string, ...moods: Mood[]): void
  /** Whoever came near, calls or not. */
  connections(): number
  close(): Promise<void>
}

export async function startReceiver(): Promise<Receiver> {
  const received = new Map<string, Call[]>()
  const moods = new Map<string, Mood[]>()
  let connections = 0
  const server = createServer(async (req, res) => {
    let body = ''
    for await (const part of req) body += String(part)
    const path = req.url ?? ''
    received.set(path, [
      ...(received.get(path) ?? []),
      { method: req.method ?? '', headers: req.headers, body },
    ])
    const mood = moods.get(path)?.shift() ?? 200
    if (mood === 'hang') return
    if (typeof mood === 'number') res.writeHead(mood)
    else res.writeHead(302, mood)
    res.end('a page of theirs')
  })
  server.on('connection', () => {
    connections += 1
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    url: (path) => `http://127.0.0.1:${port}${path}`,
    calls: (path) => received.get(path) ?? [],
    behave: (path, ...next) => void moods.set(path, next),
    connections: () => connections,
    close: async () => {
      server.closeAllConnections()
      server.close()
    },
  }
}
