import type { IncomingMessage } from 'node:http'
import { BlockList, isIP } from 'node:net'

/** Who forwards for whom: nobody, so many hops, or these networks. */
export type TrustedProxies = false | number | readonly string[]

/**
 * The address of the client. Forwarded headers are read only as far as proxies are trusted, from the right: what stands
 * further left was written by the client itself. IPv4 in IPv6 clothes is IPv4.
 */
export function createClientAddress(trusted: TrustedProxies): (req: IncomingMessage) => string {
  const isTrusted = trust(trusted)
  return (req) => {
    const peer = plain(req.socket.remoteAddress ?? '')
    const forwarded = (req.headersDistinct['x-forwarded-for'] ?? []).join(',').split(',')
    const chain = [peer, ...forwarded.map((part) => plain(part.trim())).toReversed()]
    for (const [hops, address] of chain.entries()) {
      const next = chain[hops + 1]
      if (!isTrusted(address, hops) || next === undefined || isIP(next) === 0) return address
    }
    return peer
  }
}

function trust(trusted: TrustedProxies): (address: string, hops: number) => boolean {
  if (trusted === false) return () => false
  if (typeof trusted === 'number') return (_, hops) => hops < trusted
  const list = new BlockList()
  for (const network of trusted) {
    const [address = '', prefix] = network.split('/')
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4'
    list.addSubnet(address, prefix === undefined ? (family === 'ipv6' ? 128 : 32) : Number(prefix), family)
  }
  return (address) => isIP(address) !== 0 && list.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4')
}

const plain = (address: string): string => address.replace(/^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/i, '')
