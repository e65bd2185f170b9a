/**
 * Whom an address stands for. Who has an IPv6 network has 2^64 addresses to call from, so the network is what counts;
 * an IPv4 address in IPv6 clothes is the IPv4 address.
 */
import { isIPv4, isIPv6 } from 'node:net'

/** An IPv4 address, or the /64 of an IPv6 address. */
export const networkOf = (address: string): string => prefixOf(address, 4, 4)

/** What one provider usually gives to one customer or hall of servers: /24 of IPv4, /48 of IPv6. */
export const neighbourhoodOf = (address: string): string => prefixOf(address, 3, 3)

function prefixOf(address: string, octets: number, words: number): string {
  if (isIPv4(address)) return ipv4Prefix(address.split('.'), octets)
  const [bare = ''] = address.split('%')
  if (!isIPv6(bare)) return 'unknown'
  const all = wordsOf(bare)
  const [high = 0, low = 0] = all.slice(6)
  if (all.slice(0, 5).every((word) => word === 0) && all[5] === 0xffff) {
    return ipv4Prefix([high >> 8, high & 255, low >> 8, low & 255], octets)
  }
  return `${all
    .slice(0, words)
    .map((word) => word.toString(16))
    .join(':')}::/${16 * words}`
}

const ipv4Prefix = (octets: readonly (number | string)[], kept: number): string =>
  kept === 4 ? octets.join('.') : `${octets.slice(0, kept).join('.')}.0/${8 * kept}`

/** The eight words of an IPv6 address in any of its spellings; URLs know one only (WHATWG URL, IPv6 serializer). */
function wordsOf(address: string): number[] {
  const plain = new URL(`http://[${address}]`).hostname.slice(1, -1)
  const [head = '', tail = ''] = plain.split('::')
  const read = (part: string): number[] =>
    part === '' ? [] : part.split(':').map((w) => Number.parseInt(w, 16))
  const [first, last] = [read(head), read(tail)]
  return [...first, ...new Array<number>(8 - first.length - last.length).fill(0), ...last]
}
