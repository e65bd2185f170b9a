import { once } from 'node:events'
import {
  createServer,
  request as httpRequest,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { AppError } from '../shared/app-error.ts'
import { readForm } from './body.ts'

/** Answers with what it read, or with the code of the refusal. */
const server: Server = createServer((req, res) => {
  readForm({ req, res }, 1024).then(
    (form) => res.end(JSON.stringify(form)),
    (error: unknown) => {
      if (!(error instanceof AppError)) throw error
      res.writeHead(error.status).end(error.code)
    },
  )
})
const portOf = (listening: Server): number => (listening.address() as AddressInfo).port
let port = 0
beforeAll(async () => {
  await once(server.listen(0, '127.0.0.1'), 'listening')
  port = portOf(server)
})
afterAll(() => {
  server.closeAllConnections()
  server.close()
})

const FORM = 'application/x-www-form-urlencoded'
const send = (
  body: NonNullable<RequestInit['body']>,
  headers: Record<string, string> = { 'content-type': FORM },
): Promise<Response> => fetch(`http://127.0.0.1:${port}/`, { method: 'POST', body, headers })
const text = async (answer: Promise<Response>): Promise<string> => (await answer).text()

describe('a form', () => {
  it.each([
    ['username=ada%40example.com&password=a+b%26c', { username: 'ada@example.com', password: 'a b&c' }],
    ['a=%C3%A9&b=é&c=%00', { a: 'é', b: 'é', c: '\0' }],
    ['empty=&bare', { empty: '', bare: '' }],
    ['', {}],
    ['__proto__=x&constructor=y', { ['__proto__']: 'x', constructor: 'y' }],
    ['a%5Bb%5D=1&a=2', { 'a[b]': '1', a: '2' }],
  ])('%j is read', async (body, fields) => {
    expect(JSON.parse(await text(send(body)))).toEqual(fields)
  })

  it('has no field that was not sent', async () => {
    const { req, res } = await received('a=1')
    const form = await readForm({ req, res })
    expect(form['toString']).toBeUndefined()
    expect(Object.getPrototypeOf(form)).toBeNull()
  })

  it.each([
    'application/x-www-form-urlencoded;charset=UTF-8',
    'Application/X-WWW-Form-Urlencoded; charset="utf-8"',
  ])('may call itself %s', async (type) => {
    expect(await text(send('a=1', { 'content-type': type }))).toBe('{"a":"1"}')
  })

  it.each([
    ['multipart', new FormData(), {}],
    ['JSON', '{}', { 'content-type': 'application/json' }],
    ['another charset', 'a=1', { 'content-type': `${FORM}; charset=utf-16` }],
    ['a type that only begins so', 'a=1', { 'content-type': `${FORM}-x` }],
    ['gzip', gzipSync('a=1'), { 'content-type': FORM, 'content-encoding': 'gzip' }],
    ['gzip by name', 'a=1', { 'content-type': FORM, 'content-encoding': 'identity, gzip' }],
  ])('A-904 %s is not read', async (_, body, headers) => {
    const answer = await send(body, headers)
    expect([answer.status, await answer.text()]).toEqual([415, 'unsupported_media_type'])
  })

  it('A-904 with two content types is not read', async () => {
    const headers = ['host', 'x', 'content-type', FORM, 'content-type', 'text/plain', 'content-length', '3']
    const req = httpRequest({ port, host: '127.0.0.1', method: 'POST', headers })
    const [res] = await once(req.end('a=1'), 'response')
    expect(res.statusCode).toBe(415)
    res.resume()
  })

  it.each([
    ['a field twice', 'a=1&a=2'],
    ['a field twice, spelled differently', 'a=1&%61=2'],
    ['__proto__ twice', '__proto__=1&__proto__=2'],
    ['101 fields', Array.from({ length: 101 }, (_, i) => `a${i}=`).join('&')],
    ['nothing but separators', '&'.repeat(1000)],
    ['half an escape', 'a=100%'],
    ['an escape that is no UTF-8', 'a=%C3%28'],
    ['an overlong NUL', 'a=%C0%80'],
    ['a surrogate', 'a=%ED%A0%80'],
    ['raw bytes that are no UTF-8', Buffer.from([0x61, 0x3d, 0xc3, 0x28])],
  ])('with %s is refused', async (_, body) => {
    const answer = await send(body)
    expect([answer.status, await answer.text()]).toEqual([400, 'bad_request'])
  })
})

describe('a form that is too large', () => {
  it.each([
    ['by a byte', 1025],
    ['by a megabyte', 1024 * 1024],
  ])('%s is answered 413, and the connection lives on', async (_, length) => {
    const answer = await send('x'.repeat(length))
    expect([answer.status, await answer.text()]).toEqual([413, 'payload_too_large'])
    expect(answer.headers.get('connection')).toBe('keep-alive')
  })

  it('passes at the limit exactly', async () => {
    expect(await text(send(`a=${'x'.repeat(1022)}`))).toBe(JSON.stringify({ a: 'x'.repeat(1022) }))
  })

  it('is refused unread when it says so itself, and the connection is closed', async () => {
    const answer = await talk(`content-length: 99999999999\r\n\r\na=1`)
    expect(answer).toMatch(/^HTTP\/1.1 413 /)
    expect(answer).toMatch(/\r\nconnection: close\r\n/i)
  })

  it('is cut off when it does not end', async () => {
    const socket = connect(port, '127.0.0.1')
    socket.write(`POST / HTTP/1.1\r\nhost: x\r\ncontent-type: ${FORM}\r\ntransfer-encoding: chunked\r\n\r\n`)
    const chunk = `10000\r\n${'x'.repeat(0x10000)}\r\n`
    const pump = (): void => {
      while (!socket.destroyed && socket.write(chunk));
    }
    socket
      .on('drain', pump)
      .on('error', () => {})
      .resume()
    pump()
    await closed(socket)
    expect(socket.bytesWritten).toBeLessThan(64 * 1024 * 1024)
  })

  it('that ends early is an error of its own, not a wait', async () => {
    const { req, res, client } = await received('a=1', 100)
    const read = readForm({ req, res })
    client.destroy()
    await expect(read).rejects.toMatchObject({ code: 'bad_request' })
    await expect(readForm({ req, res })).rejects.toMatchObject({ code: 'bad_request' })
  })
})

/** However it ends: a reset is no failure here. */
const closed = (socket: Socket): Promise<void> =>
  new Promise((resolve) => socket.on('close', () => resolve()))

async function talk(rest: string): Promise<string> {
  const socket = connect(port, '127.0.0.1')
  socket.write(`POST / HTTP/1.1\r\nhost: x\r\ncontent-type: ${FORM}\r\n${rest}`)
  const chunks: Buffer[] = []
  socket.on('data', (chunk) => chunks.push(chunk)).on('error', () => {})
  await closed(socket)
  return Buffer.concat(chunks).toString()
}

/** A request as the server sees it, in the test's own hands. */
async function received(body: string, length = body.length): Promise<Received> {
  const own = createServer()
  await once(own.listen(0, '127.0.0.1'), 'listening')
  onTestFinished(() => {
    own.closeAllConnections()
    own.close()
  })
  const client = connect(portOf(own), '127.0.0.1')
  client.write(
    `POST / HTTP/1.1\r\nhost: x\r\ncontent-type: ${FORM}\r\ncontent-length: ${length}\r\n\r\n${body}`,
  )
  const [req, res] = (await once(own, 'request')) as [IncomingMessage, ServerResponse]
  return { req, res, client }
}

interface Received {
  req: IncomingMessage
  res: ServerResponse
  client: Socket
}
