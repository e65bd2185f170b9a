import type { IncomingMessage } from 'node:http'
import { describe, expect, it } from 'vitest'
import { createClientAddress, type TrustedProxies } from './client-address.ts'

const request = (remoteAddress: string, ...forwarded: string[]): IncomingMessage =>
  ({
    socket: { remoteAddress },
    headersDistinct: { 'x-forwarded-for': forwarded },
  }) as unknown as IncomingMessage

describe('the address of the client', () => {
  it.each<[TrustedProxies, string, string[], string]>([
    [false, '10.0.0.1', ['203.0.113.9'], '10.0.0.1'],
    [false, '::ffff:1.2.3.4', [], '1.2.3.4'],
    [1, '10.0.0.1', ['198.51.100.1, 203.0.113.9'], '203.0.113.9'],
    [2, '10.0.0.1', ['198.51.100.1, 203.0.113.9'], '198.51.100.1'],
    [1, '10.0.0.1', [], '10.0.0.1'],
    [1, '10.0.0.1', ['not an address'], '10.0.0.1'],
    [1, '10.0.0.1', ['203.0.113.9', '198.51.100.1'], '198.51.100.1'],
    [['10.0.0.0/8'], '10.0.0.1', ['198.51.100.1, 203.0.113.9, 10.9.9.9'], '203.0.113.9'],
    [['10.0.0.0/8'], '192.0.2.1', ['203.0.113.9'], '192.0.2.1'],
    [['fd00::/8'], 'fd00::1', ['2001:db8::7'], '2001:db8::7'],
  ])('trusting %j, %s forwarding %j is %s', (trusted, peer, forwarded, expected) => {
    expect(createClientAddress(trusted)(request(peer, ...forwarded))).toBe(expected)
  })
})
