import { expect, it } from 'vitest'
import { isPublicAddress } from './public-address.ts'

it.each([
  ['of this machine', ['127.0.0.1', '127.255.255.254', '::1', '0.0.0.0', '0.1.2.3', '::']],
  ['private', ['10.0.0.1', '172.16.0.1', '172.31.255.255', '192.168.1.1', 'fc00::1', 'fdff::1', 'fec0::1']],
  ['of the link', ['169.254.1.1', 'fe80::1', 'fe80::1%eth0', 'febf::1']],
  ['of a cloud’s metadata', ['169.254.169.254', 'fd00:ec2::254', '100.100.100.200', '168.63.129.16']],
  ['behind a carrier’s NAT', ['100.64.0.1', '100.127.255.255']],
  ['of many', ['224.0.0.1', '239.255.255.250', 'ff02::1', '255.255.255.255']],
  [
    'for documents, tests and protocols',
    ['192.0.2.1', '198.18.0.1', '203.0.113.9', '2001:db8::1', '3fff::1', '2001::1', '100::1', '5f00::1'],
  ],
  [
    'an IPv4 address in another coat',
    [
      '::ffff:127.0.0.1',
      '::ffff:7f00:1',
      '::ffff:a9fe:a9fe',
      '64:ff9b::10.0.0.1',
      '64:ff9b::7f00:1',
      '64:ff9b:1::808:808',
      '2002:7f00:1::',
      '2002:a9fe:a9fe::1',
      '2002:c0a8:101::1',
      '::127.0.0.1',
      '::7f00:1',
    ],
  ],
  ['no address', ['', 'localhost', '2130706433', '0x7f000001', '127.1', '1.2.3', 'example.com', '[::1]']],
] as const)('what is %s is not public', (_, addresses) => {
  expect(addresses.filter(isPublicAddress)).toEqual([])
})

it('what the internet reaches is', () => {
  const addresses = [
    '1.1.1.1',
    '9.255.255.255',
    '11.0.0.0',
    '100.63.255.255',
    '100.128.0.0',
    '126.255.255.255',
    '128.0.0.0',
    '169.253.255.255',
    '172.15.255.255',
    '172.32.0.0',
    '192.167.255.255',
    '223.255.255.255',
    '2606:4700::1111',
    '2a00::1',
    '::ffff:1.1.1.1',
    '64:ff9b::1.1.1.1',
    '2002:101:101::1',
  ]
  expect(addresses.filter((address) => !isPublicAddress(address))).toEqual([])
})
