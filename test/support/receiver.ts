/** Servers of clients that can be told something: a real HTTP server that keeps what comes, and can be told to misbehave. */
import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A status, a way elsewhere, no answer at all, one that comes byte by byte or has no end, or heads without end. */
export type Mood = number | { location: string } | 'hang' | 'drip' | 'flood' | 'heads'

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
  /** What it does with each call from now on, where nothing else was said. */
  always(path: string, mood: (call: Call) => Mood): void
  /** Whoever came near, calls or not. */
  connections(): number
  close(): Promise<void>
}

export async function startReceiver(): Promise<Receiver> {
  const received = new Map<string, Call[]>()
  const moods = new Map<string, Mood[]>()
  const habits = new Map<string, (call: Call) => Mood>()
  let connections = 0
  const server = createServer(async (req, res) => {
    let body = ''
    for await (const part of req) body += String(part)
    const path = req.url ?? ''
    const call = { method: req.method ?? '', headers: req.headers, body }
    received.set(path, [...(received.get(path) ?? []), call])
    misbehave(res, moods.get(path)?.shift() ?? habits.get(path)?.(call) ?? 200)
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
    always: (path, habit) => void habits.set(path, habit),
    connections: () => connections,
    close: async () => {
      server.closeAllConnections()
      server.close()
    },
  }
}

function misbehave(res: ServerResponse, mood: Mood): void {
  if (mood === 'hang') return
  if (mood === 'heads') res.socket?.write(`HTTP/1.1 200 OK\r\n${'x-more: head\r\n'.repeat(100_000)}`)
  else if (mood === 'drip') drip(res)
  else if (mood === 'flood') flood(res)
  else {
    if (typeof mood === 'number') res.writeHead(mood)
    else res.writeHead(302, mood)
    res.end('a page of theirs')
  }
}

/** The head comes at once, and then a byte a second. */
function drip(res: ServerResponse): void {
  res.writeHead(200).write('.')
  const drops = setInterval(() => res.write('.'), 1000)
  res.on('close', () => clearInterval(drops))
}

function flood(res: ServerResponse): void {
  res.writeHead(200, { 'content-encoding': 'gzip' })
  const more = () => {
    while (!res.destroyed && res.write(Buffer.alloc(65_536)));
  }
  res.on('drain', more)
  more()
}
