/** Where outgoing requests may go, as far as an address tells by itself. What its host's name leads to is looked at later. */
import { isIP } from 'node:net'
import { isPublicAddress } from './public-address.ts'

export interface OutboundRules {
  /** For test set-ups: private addresses too, and http. */
  allowPrivate: boolean
  requireHttps: boolean
}

export const outboundRules = (config: {
  production: boolean
  outboundAllowPrivate: boolean
}): OutboundRules => ({
  allowPrivate: config.outboundAllowPrivate,
  requireHttps: config.production && !config.outboundAllowPrivate,
})

/** What says who did what goes over TLS, also while something is only tried out. */
export const webhookRules = ({
  outboundAllowPrivate: allowPrivate,
}: {
  outboundAllowPrivate: boolean
}): OutboundRules => ({
  allowPrivate,
  requireHttps: !allowPrivate,
})

/** The host as a resolver wants it: an IPv6 address without its brackets. */
export const hostOf = ({ hostname }: URL): string =>
  hostname.startsWith('[') ? hostname.slice(1, -1) : hostname

/** Above 1023: what databases, caches and the like listen at, and what browsers call at no address (Fetch §2.9). */
const OTHER_SERVICES: ReadonlySet<number> = new Set([
  1433, 1521, 1719, 1720, 1723, 2049, 2375, 2376, 2379, 2380, 3306, 3389, 3659, 4045, 4190, 5060, 5061, 5432,
  5672, 5984, 6000, 6379, 6380, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697, 9042, 9092, 9200, 9300, 10080,
  10250, 11211, 26379, 27017, 27018, 27019,
])

const isOfOthers = (port: number): boolean =>
  port !== 0 && port !== 80 && port !== 443 && (port < 1024 || OTHER_SERVICES.has(port))

/** Scheme and shape; undefined when nothing is wrong. */
export function outboundShapeProblem(url: URL, rules: OutboundRules): string | undefined {
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return 'must be an http or https URL'
  if (rules.requireHttps && url.protocol !== 'https:') return 'must be https'
  if (url.username !== '' || url.password !== '') return 'must have no user information'
  // A server that speaks otherwise may still act on a line that it is sent.
  if (!rules.allowPrivate && isOfOthers(Number(url.port))) return `must not have port ${url.port}`
  return undefined
}

/** The same, and whether the host is a private address in whatever spelling, or a name of this machine (RFC 6761 §6.3). */
export function outboundUrlProblem(url: URL, rules: OutboundRules): string | undefined {
  const wrong = outboundShapeProblem(url, rules)
  if (wrong !== undefined || rules.allowPrivate) return wrong
  const host = hostOf(url)
  const isPrivate = isIP(host) === 0 ? /(^|\.)localhost\.?$/.test(host) : !isPublicAddress(host)
  return isPrivate ? 'must not lead to a private address' : undefined
}
