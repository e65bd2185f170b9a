import { describe, expect, test } from 'vitest'
import { neighbourhoodOf, networkOf } from './network.ts'

describe('A-407 whom an address stands for', () => {
  test.each([
    ['192.0.2.7', '192.0.2.7', '192.0.2.0/24'],
    ['::ffff:192.0.2.7', '192.0.2.7', '192.0.2.0/24'],
    ['::FFFF:c000:207', '192.0.2.7', '192.0.2.0/24'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64', '2001:db8:1::/48'],
    ['2001:0DB8:0001:0002::', '2001:db8:1:2::/64', '2001:db8:1::/48'],
    ['2001:db8::1', '2001:db8:0:0::/64', '2001:db8:0::/48'],
    ['::1', '0:0:0:0::/64', '0:0:0::/48'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64', 'fe80:0:0::/48'],
    ['64:ff9b::192.0.2.7', '64:ff9b:0:0::/64', '64:ff9b:0::/48'],
  ])('%s: %s, near %s', (address, network, neighbourhood) => {
    expect([networkOf(address), neighbourhoodOf(address)]).toEqual([network, neighbourhood])
  })

  test('a thousand addresses of one /64 are one', () => {
    const addresses = Array.from(
      { length: 1_000 },
      (_, n) => `2001:db8:1:2:${(n * 61).toString(16)}::${n.toString(16)}`,
    )
    expect(new Set(addresses.map(networkOf))).toEqual(new Set(['2001:db8:1:2::/64']))
  })

  test('what is no address is one bucket, and no error', () => {
    expect(['', 'unix', '300.1.1.1', 'a'.repeat(10_000)].map(networkOf)).toEqual(new Array(4).fill('unknown'))
  })
})
