/** Bytes that no HTTP client sends: two readings of one request, requests that never end, heads that are too long. */
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { describe, expect, it } from 'vitest'
import { withHouse } from '../support/on-every-storage.ts'
import { sendRaw, statusOf } from './probes.ts'

withHouse({ storage: 'postgresql' }, (house) => {
  const node = () => house().nodes[0]?.url ?? ''
  const serves = async (): Promise<void> => {
    expect((await fetch(`${node()}/oauth2/jwks`)).status).toBe(200)
  }
  const head = 'POST /oauth2/token HTTP/1.1\r\nHost: localhost:3000\r\n'
  const inner = 'GET /smuggled HTTP/1.1\r\nHost: localhost:3000\r\nConnection: close\r\n\r\n'
  /** A server that reads no further may cut the connection, and its answer with it: then there is none. */
  const sendLong = async (bytes: string): Promise<number | 'cut off'> => {
    const socket = await open()
    let answer = ''
    socket.setEncoding('utf8').on('data', (part: string) => {
      answer += part
    })
    const closed = new Promise((resolve) => socket.once('close', resolve))
    socket.write(bytes)
    await closed
    return answer === '' ? 'cut off' : statusOf(answer)
  }
  const open = async (): Promise<Socket> => {
    const { hostname, port } = new URL(node())
    const socket = connect({ host: hostname, port: Number(port) })
    socket.on('error', () => {})
    await once(socket, 'connect')
    return socket
  }

  describe('a request that can be read in two ways', () => {
    it.each([
      [
        'a length and chunks',
        `${head}Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${inner}`,
      ],
      [
        'chunks and a length',
        `${head}Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n${inner}`,
      ],
      ['two lengths', `${head}Content-Length: 0\r\nContent-Length: 74\r\n\r\n${inner}`],
      ['a list of lengths', `${head}Content-Length: 0, 74\r\n\r\n${inner}`],
      ['a length with a sign', `${head}Content-Length: +4\r\n\r\na=b&${inner}`],
      ['chunks that are not last', `${head}Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n${inner}`],
      ['an unknown coding', `${head}Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n${inner}`],
      ['a space before the colon', `${head}Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n${inner}`],
      ['a folded header', `${head}X-A: b\r\n Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n${inner}`],
      [
        'line ends of one sign',
        `${head.replaceAll('\r\n', '\n')}Transfer-Encoding: chunked\n\n0\n\n${inner}`,
      ],
      ['a bad chunk size', `${head}Transfer-Encoding: chunked\r\n\r\n0x4\r\na=b&\r\n0\r\n\r\n${inner}`],
      ['a NUL in a header', `${head}X-A: a\0b\r\n\r\n${inner}`],
      ['a bare CR in a header', `${head}X-A: a\rX-B: b\r\n\r\n${inner}`],
    ])('A-901 with %s is refused, and its connection closed', async (_, bytes) => {
      const answer = await sendRaw(node(), bytes)
      expect([400, 413]).toContain(statusOf(answer))
      expect(answer.match(/^HTTP\/1\.1 /gm)).toHaveLength(1)
      expect(house().log()).not.toContain('/smuggled')
      await serves()
    })

    it('A-901 with a megabyte of chunk extension is refused', async () => {
      const bytes = `${head}Transfer-Encoding: chunked\r\n\r\n1;${'e'.repeat(1_000_000)}\r\na`
      expect([400, 413, 'cut off']).toContain(await sendLong(bytes))
      await serves()
    })

    it('A-901 an upgrade to HTTP/2 is not made', async () => {
      const answer = await sendRaw(
        node(),
        'GET /oauth2/jwks HTTP/1.1\r\nHost: localhost:3000\r\nConnection: Upgrade, HTTP2-Settings, close\r\n' +
          'Upgrade: h2c\r\nHTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA\r\n\r\n',
      )
      expect(statusOf(answer)).not.toBe(101)
      await serves()
    })
  })

  describe('a head that is too long', () => {
    it('A-903 of 64 kB of cookies, or of a thousand long headers, is refused', async () => {
      const get = 'GET / HTTP/1.1\r\nHost: localhost:3000\r\nConnection: close\r\n'
      const many = Array.from({ length: 1000 }, (_, n) => `X-${n}: ${'v'.repeat(40)}\r\n`).join('')
      for (const headers of [`Cookie: a=${'b'.repeat(65_536)}\r\n`, many]) {
        expect([431, 'cut off']).toContain(await sendLong(`${get}${headers}\r\n`))
      }
      await serves()
    })

    it('A-903 of an address of 64 kB is refused', async () => {
      const get = `GET /${'a'.repeat(65_536)} HTTP/1.1\r\nHost: localhost:3000\r\nConnection: close\r\n\r\n`
      expect([400, 414, 431, 'cut off']).toContain(await sendLong(get))
      await serves()
    })
  })

  describe('a request that never ends', () => {
    it('A-902 is closed in its time, however many there are, and others are served meanwhile', async () => {
      const began = performance.now()
      const slow = await Promise.all(Array.from({ length: 300 }, open))
      const [first, ...rest] = slow
      const body = rest.slice(0, 100)
      for (const socket of body) socket.write(`${head}Content-Length: 1000\r\n\r\na=`)
      for (const socket of [first, ...rest.slice(100)]) socket?.write('GET / HTTP/1.1\r\nX-A')
      const drip = setInterval(() => {
        for (const socket of slow) socket.write('a')
      }, 2_000)
      const closed = slow.map((socket) => new Promise((resolve) => socket.once('close', resolve)))
      await serves()
      await Promise.all(closed)
      clearInterval(drip)
      // Ten seconds for a head, fifteen for all of it, five until somebody looks.
      expect(performance.now() - began).toBeLessThan(40_000)
      await serves()
    })
  })
})
