import type { IncomingMessage } from 'node:http'
import { describe, expect, it } from 'vitest'
import { hostAsSent, isLocal } from './loopback-only.ts'

interface Sent {
  from?: string | undefined
  headers?: string[]
}

const request = ({ from = '127.0.0.1', headers = ['Host', 'localhost:3000'] }: Sent) =>
  ({ socket: { remoteAddress: from }, rawHeaders: headers }) as unknown as IncomingMessage

describe('the demo answers', () => {
  it.each(['127.0.0.1', '127.8.8.8', '::1', '::ffff:127.0.0.1'])('the peer %s', (from) => {
    expect(isLocal(request({ from }))).toBe(true)
  })

  it.each(['localhost', 'LOCALHOST:80', 'id.localhost:3000', '127.0.0.1:3000', '[::1]:3000', '[::1]'])(
    'a request for %s',
    (host) => {
      expect(isLocal(request({ headers: ['accept', '*/*', 'HOST', host] }))).toBe(true)
    },
  )
})

describe('A-907 the demo is not there for', () => {
  it.each(['192.0.2.7', '::ffff:192.0.2.7', '2001:db8::1', '::', '0.0.0.0', ''])('the peer %s', (from) => {
    expect(isLocal(request({ from }))).toBe(false)
  })

  it('a peer without an address, as on a Unix socket', () => {
    const { rawHeaders } = request({})
    expect(isLocal({ socket: {}, rawHeaders } as unknown as IncomingMessage)).toBe(false)
  })

  it.each([
    'id.example.com',
    'evil.example:3000',
    'localhost.evil.example',
    '127.0.0.1.evil.example',
    'localhost@evil.example',
    'localhost:3000:3000',
    '192.0.2.7:3000',
    '[::2]:3000',
    'localhostx',
    '',
  ])('a request for %j', (host) => {
    expect(isLocal(request({ headers: ['Host', host] }))).toBe(false)
  })

  it.each([
    'Forwarded',
    'X-Forwarded-For',
    'x-forwarded-host',
    'X-Forwarded-Proto',
    'X-Forwarded-Prefix',
    'Via',
    'X-Real-IP',
  ])('a request that was passed on with %s', (name) => {
    expect(isLocal(request({ headers: ['Host', 'localhost:3000', name, '127.0.0.1'] }))).toBe(false)
  })

  it('a request that names no host, or two', () => {
    expect(isLocal(request({ headers: ['accept', '*/*'] }))).toBe(false)
    expect(isLocal(request({ headers: ['Host', 'localhost', 'host', 'localhost'] }))).toBe(false)
  })
})

it('a value that spells a header’s name is not taken for one', () => {
  expect(hostAsSent(request({ headers: ['x-note', 'host', 'Host', 'localhost:1'] }))).toBe('localhost:1')
  expect(isLocal(request({ headers: ['Host', 'localhost', 'x-note', 'forwarded'] }))).toBe(true)
})
