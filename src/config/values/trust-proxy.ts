import { isIP } from 'node:net'
import { z } from 'zod'

/** Nobody; the last so many hops; or peers in these addresses and networks (`10.0.0.0/8`, `::1`). */
export type TrustProxy = false | number | readonly string[]

function isNetwork(text: string): boolean {
  const [address = '', prefix, ...rest] = text.split('/')
  const family = isIP(address)
  if (family === 0 || address.includes('%') || rest.length > 0) return false
  if (prefix === undefined) return true
  // A prefix of 0 would let the whole internet say who is calling.
  return /^[1-9]\d{0,2}$/.test(prefix) && Number(prefix) <= (family === 4 ? 32 : 128)
}

export const trustProxy = z.string().transform((text, context): TrustProxy => {
  if (text === 'false' || text === '0') return false
  if (/^[1-9]$/.test(text)) return Number(text)
  const networks = text.split(',').map((part) => part.trim())
  if (networks.every(isNetwork)) return networks
  context.addIssue(
    'must be false, the number of proxies in front (1 to 9), or their addresses and CIDR ranges',
  )
  return z.NEVER
})
