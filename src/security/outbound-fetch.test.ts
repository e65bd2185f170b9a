import { once } from 'node:events'
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http'
import { type AddressInfo, createServer as createTcpServer } from 'node:net'
import { SMTPServer } from 'smtp-server'
import { afterEach, describe, expect, it } from 'vitest'
import { createOutboundFetch, type OutboundFetchUse } from './outbound-fetch.ts'
import { type OutboundRules, outboundShapeProblem } from './outbound-url.ts'

const STRICT: OutboundRules = { allowPrivate: false, requireHttps: false }
const LAX: OutboundRules = { allowPrivate: true, requireHttps: false }

const closing: (() => unknown)[] = []
afterEach(async () => {
  await Promise.all(closing.splice(0).map((close) => close()))
})

const portOf = (server: { address(): unknown }): number => (server.address() as AddressInfo).port

/** On every address of this machine; `connections` counts whoever only knocks, too. */
async function receiver(answer: RequestListener) {
  const received: { method: string; url: string; headers: IncomingMessage['headers']; body: string }[] = []
  let connections = 0
  const server: Server = createServer(async (req, res) => {
    let body = ''
    for await (const part of req) body += String(part)
    received.push({ method: req.method ?? '', url: req.url ?? '', headers: req.headers, body })
    answer(req, res)
  })
  server.on('connection', () => {
    connections += 1
  })
  server.listen(0)
  await once(server, 'listening')
  closing.push(() => {
    server.closeAllConnections()
    server.close()
  })
  return { received, port: portOf(server), connections: () => connections }
}

const ok: RequestListener = (_req, res) => res.end('{}')
const open = (over: Partial<OutboundFetchUse> = {}) => createOutboundFetch({ rules: LAX, ...over })
const to = (port: number, host = '127.0.0.1') => new URL(`http://${host}:${port}/path?x=1`)

describe('an outgoing request', () => {
  it('brings what it was given, nothing of the environment, and the answer back', async () => {
    process.env['HTTP_PROXY'] = 'http://127.0.0.1:1'
    closing.push(() => delete process.env['HTTP_PROXY'])
    const { received, port } = await receiver((_req, res) => {
      res.writeHead(418, { 'x-kind': 'teapot', 'set-cookie': 'a=b' })
      res.end('short and stout')
    })
    const request = { method: 'POST', headers: { 'content-type': 'text/plain' }, body: 'tëa' } as const
    const fetch = open()
    const [answer] = [await fetch(to(port), request), await fetch(to(port))]
    expect(answer).toMatchObject({ ok: true, status: 418, headers: { 'x-kind': 'teapot' } })
    expect(answer.ok && String(answer.body)).toBe('short and stout')
    const host = `127.0.0.1:${port}`
    expect(received).toEqual([
      {
        method: 'POST',
        url: '/path?x=1',
        headers: { host, connection: 'close', 'content-type': 'text/plain', 'content-length': '4' },
        body: 'tëa',
      },
      { method: 'GET', url: '/path?x=1', headers: { host, connection: 'close' }, body: '' },
    ])
  })

  it('A-311 to a name goes to what was found and looked at, and nobody is asked again', async () => {
    const { received, port } = await receiver(ok)
    const asked: string[] = []
    const resolve = async (host: string) => {
      asked.push(host)
      return [{ address: '127.0.0.1', family: 4 }]
    }
    expect(await open({ resolve })(to(port, 'rp.example'))).toMatchObject({ ok: true, status: 200 })
    expect(asked).toEqual(['rp.example'])
    expect(received[0]?.headers.host).toBe(`rp.example:${port}`)
  })
})

describe('A-311 what is private is not reached', () => {
  it.each([
    '127.0.0.1',
    '127.1',
    '2130706433',
    '0x7f000001',
    '0177.0.0.1',
    '0',
    'localhost',
    'localhost.',
    'LOCALHOST',
    '①②⑦.⓪.⓪.①',
    '[::1]',
    '[::]',
    '[::ffff:127.0.0.1]',
    '[::ffff:7f00:1]',
    '[64:ff9b::7f00:1]',
    '[2002:7f00:1::]',
  ])('however it is spelled: %s', async (host) => {
    const { port, connections } = await receiver(ok)
    const answer = await open({ rules: STRICT })(to(port, host))
    // Not every machine knows a name with a dot at its end.
    expect(['refused_address', 'unresolved']).toContain(answer.ok || answer.reason)
    expect(connections()).toBe(0)
  })

  it.each([
    ['the only address', ['127.0.0.1']],
    ['one of two', ['1.1.1.1', '127.0.0.1']],
    ['in another coat', ['::ffff:127.0.0.1']],
    ['a cloud’s metadata', ['169.254.169.254']],
  ])('whatever a name says: %s', async (_, addresses) => {
    const { port, connections } = await receiver(ok)
    const resolve = async () =>
      addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }))
    const answer = await open({ rules: STRICT, resolve })(to(port, '169.254.169.254.nip.io'))
    expect([answer, connections()]).toEqual([{ ok: false, reason: 'refused_address' }, 0])
  })

  it.each([
    'ftp://127.0.0.1/',
    'file:///etc/passwd',
    'gopher://1.1.1.1/',
    'data:text/plain,x',
    'http://a:b@1.1.1.1/',
  ])('nor anything by %s', async (url) => {
    expect(await open()(new URL(url))).toEqual({ ok: false, reason: 'refused_url' })
  })

  it('nor without TLS where that is asked for', async () => {
    const fetch = open({ rules: { allowPrivate: false, requireHttps: true } })
    expect(await fetch(new URL('http://1.1.1.1/'))).toEqual({ ok: false, reason: 'refused_url' })
  })
})

describe('F-162 a receiver that', () => {
  it('redirects is not followed', async () => {
    const trap = await receiver(ok)
    const { port } = await receiver((_req, res) => {
      res.writeHead(302, { location: to(trap.port).href })
      res.end()
    })
    expect(await open()(to(port))).toEqual({ ok: false, reason: 'redirect' })
    expect(trap.connections()).toBe(0)
  })

  it('never answers is given up', async () => {
    const { port } = await receiver(() => {})
    expect(await open({ idleMs: 100, totalMs: 60_000 })(to(port))).toMatchObject({
      ok: false,
      reason: 'timeout',
    })
    expect(await open({ totalMs: 100, idleMs: 60_000 })(to(port))).toMatchObject({
      ok: false,
      reason: 'timeout',
    })
  })

  it('answers drop by drop is given up when its time is over', async () => {
    const { port } = await receiver((_req, res) => {
      res.writeHead(200)
      const drops = setInterval(() => res.write('.'), 20)
      res.on('close', () => clearInterval(drops))
    })
    const answer = await open({ totalMs: 300, idleMs: 200 })(to(port))
    expect(answer).toMatchObject({ ok: false, reason: 'timeout' })
    expect(await open()(to(port), { headOnly: true })).toMatchObject({ ok: true, status: 200 })
  })

  it('has no end of answers is cut off', async () => {
    let closed = false
    const { port } = await receiver((_req, res) => {
      const more = () => {
        while (!res.destroyed && res.write('x'.repeat(10_000)));
      }
      res.on('drain', more).on('close', () => {
        closed = true
      })
      more()
    })
    expect(await open()(to(port))).toEqual({ ok: false, reason: 'too_large' })
    await expect.poll(() => closed, { timeout: 5000 }).toBe(true)
  })

  it('breaks off, or is not there, is unreachable', async () => {
    const { port } = await receiver((_req, res) => {
      res.writeHead(200, { 'content-length': '100' })
      res.write('half')
      setImmediate(() => res.destroy())
    })
    const silent = createTcpServer((socket) => socket.destroy()).listen(0, '127.0.0.1')
    await once(silent, 'listening')
    closing.push(() => silent.close())
    for (const at of [port, portOf(silent), 1])
      expect(await open()(to(at))).toMatchObject({ ok: false, reason: 'unreachable' })
  })

  it('has a name that nobody knows, or takes for ever to look up, is not waited for', async () => {
    const lost = open({ resolve: () => Promise.reject(new Error('ENOTFOUND')) })
    expect(await lost(to(80, 'rp.example'))).toMatchObject({ ok: false, reason: 'unresolved' })
    const slow = open({ resolve: () => new Promise(() => {}), totalMs: 100 })
    expect(await slow(to(80, 'rp.example'))).toMatchObject({ ok: false, reason: 'timeout' })
  })

  it('shows a certificate of somebody else’s is not trusted, whatever the environment says', async () => {
    process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = '0'
    closing.push(() => delete process.env['NODE_TLS_REJECT_UNAUTHORIZED'])
    // It comes with a certificate that it signed itself.
    const server = new SMTPServer({ secure: true, logger: false })
    server.on('error', () => {})
    server.listen(0, '127.0.0.1')
    await once(server.server, 'listening')
    closing.push(() => new Promise((resolve) => server.close(() => resolve(undefined))))
    const answer = await open()(new URL(`https://127.0.0.1:${portOf(server.server)}/`))
    // Refused by its certificate, and not only after something was said.
    const cause = { cause: { code: expect.stringContaining('CERT') } }
    expect(answer).toMatchObject({ ok: false, reason: 'untrusted', cause })
  })
})

describe('with connections that are kept', () => {
  const clock = { now: () => Date.now() }
  const keeping = (over: Partial<OutboundFetchUse> = {}) => open({ keepAlive: { clock }, ...over })
  const status = { method: 'POST', body: '{}', headOnly: true } as const

  it('one serves many requests, and a name is asked for once a second', async () => {
    const { received, port, connections } = await receiver(ok)
    const asked: string[] = []
    const time = { now: 0 }
    const resolve = async (host: string) => {
      asked.push(host)
      return [{ address: '127.0.0.1', family: 4 }]
    }
    const fetch = keeping({ resolve, keepAlive: { clock: { now: () => time.now } } })
    for (let n = 0; n < 5; n++)
      expect(await fetch(to(port, 'rp.example'), status)).toMatchObject({ ok: true, status: 200 })
    expect([received.length, connections(), asked.length]).toEqual([5, 1, 1])
    time.now += 1000
    await fetch(to(port, 'rp.example'), status)
    expect(asked).toHaveLength(2)
  })

  it('A-813 a name that leads to a private address by now is refused, whatever connection there is', async () => {
    const { received, port } = await receiver(ok)
    const time = { now: 0 }
    let address = '1.1.1.1'
    const use = {
      keepAlive: { clock: { now: () => time.now } },
      resolve: async () => [{ address, family: 4 }],
    }
    const fetch = open({ ...use, rules: STRICT, totalMs: 100 })
    // There is nobody at that port of it, or nobody can be reached from here at all.
    const first = await fetch(to(port, 'rp.example'), status)
    expect(['timeout', 'unreachable']).toContain(first.ok || first.reason)
    address = '127.0.0.1'
    time.now += 1000
    expect(await fetch(to(port, 'rp.example'), status)).toEqual({ ok: false, reason: 'refused_address' })
    expect(received).toEqual([])
  })

  it('one that was closed at the other end is noticed, and the request is made anew', async () => {
    const { received, port, connections } = await receiver((_req, res) => {
      const { socket } = res
      res.end('{}', () => setImmediate(() => socket?.resetAndDestroy()))
    })
    const fetch = keeping()
    for (let n = 0; n < 20; n++)
      expect(await fetch(to(port), status)).toMatchObject({ ok: true, status: 200 })
    expect(received.length).toBeGreaterThanOrEqual(20)
    expect(connections()).toBeGreaterThan(1)
  })

  it('A-814 of what follows a status little is read, and not for long', async () => {
    const drips = await receiver((_req, res) => {
      res.writeHead(200)
      const drops = setInterval(() => res.write('.'), 20)
      res.on('close', () => clearInterval(drops))
    })
    let sent = 0
    const floods = await receiver((_req, res) => {
      const more = () => {
        while (!res.destroyed && res.write('x'.repeat(10_000))) sent += 10_000
      }
      res.on('drain', more)
      more()
    })
    const fetch = keeping({ idleMs: 10_000, totalMs: 10_000 })
    const began = performance.now()
    for (const { port } of [drips, floods])
      expect(await fetch(to(port), status)).toMatchObject({ ok: true, status: 200, body: Buffer.alloc(0) })
    expect(performance.now() - began).toBeLessThan(5000)
    expect(sent).toBeLessThan(20_000_000)
  })
})

it('A-812 ports of other services are refused, but where private addresses are allowed', async () => {
  const refused = [1, 21, 22, 25, 110, 993, 1023, 3306, 5432, 6379, 11_211, 27_017]
  for (const port of refused)
    expect(outboundShapeProblem(to(port, 'rp.example'), STRICT)).toBe(`must not have port ${port}`)
  for (const port of [80, 443, 1024, 8080, 8443, 30_000])
    expect(outboundShapeProblem(to(port, 'rp.example'), STRICT)).toBeUndefined()
  expect(outboundShapeProblem(to(6379, 'rp.example'), LAX)).toBeUndefined()
})
