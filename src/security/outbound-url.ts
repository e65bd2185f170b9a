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

/** The host as a resolver wants it: an IPv6 address without its brackets. */
export const hostOf = ({ hostname }: URL): string =>
  hostname.startsWith('[') ? hostname.slice(1, -1) : hostname

/** Scheme and shape; undefined when nothing is wrong. */
export function outboundShapeProblem(url: URL, { requireHttps }: OutboundRules): string | undefined {
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return 'must be an http or https URL'
  if (requireHttps && url.protocol !== 'https:') return 'must be https'
  if (url.username !== '' || url.password !== '') return 'must have no user information'
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
