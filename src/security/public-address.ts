/** Which addresses are of the public internet: IANA's registries of special-purpose addresses (RFC 6890), and what hides them. */
import { BlockList, isIPv4, isIPv6 } from 'node:net'

/** Not the internet's: each as address and prefix. */
const SPECIAL_IPV4 = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
  // A public address by its looks: inside of Azure it is the host that a machine runs on.
  ['168.63.129.16', 32],
] as const

/** All that is given out of IPv6, and the two prefixes that carry an IPv4 address: mapped, and NAT64 (RFC 6052). */
const GIVEN_IPV6 = [
  ['2000::', 3],
  ['::ffff:0:0', 96],
  ['64:ff9b::', 96],
] as const

const SPECIAL_IPV6 = [
  // Teredo, benchmarks, ORCHID and the rest of the protocols' own block.
  ['2001::', 23],
  ['2001:db8::', 32],
  ['3fff::', 20],
] as const

/** 6to4 (RFC 3056): the IPv4 address stands behind `2002`. */
const sixToFour = (address: string): string => {
  const [a = 0, b = 0, c = 0, d = 0] = address.split('.').map(Number)
  return `2002:${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}::`
}

const special = new BlockList()
for (const [address, prefix] of SPECIAL_IPV4) {
  special.addSubnet(address, prefix, 'ipv4')
  special.addSubnet(`::ffff:${address}`, 96 + prefix, 'ipv6')
  special.addSubnet(`64:ff9b::${address}`, 96 + prefix, 'ipv6')
  special.addSubnet(sixToFour(address), 16 + prefix, 'ipv6')
}
for (const [address, prefix] of SPECIAL_IPV6) special.addSubnet(address, prefix, 'ipv6')

const given = new BlockList()
for (const [address, prefix] of GIVEN_IPV6) given.addSubnet(address, prefix, 'ipv6')

/** False for all that is no address, and for one with a zone (`fe80::1%eth0`). */
export function isPublicAddress(address: string): boolean {
  if (isIPv4(address)) return !special.check(address, 'ipv4')
  if (!isIPv6(address) || address.includes('%')) return false
  return given.check(address, 'ipv6') && !special.check(address, 'ipv6')
}
