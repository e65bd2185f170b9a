import { receiverUriProblem } from '../clients/receiver-uri.ts'
import { isLoopbackHost } from '../config/values/issuer.ts'
import { outboundRules, outboundUrlProblem } from '../security/outbound-url.ts'

const LONGEST = 2000

/**
 * Why nobody can be signed in by an issuer of this identifier (OpenID Connect Discovery 1.0 §3), to go on after the
 * field's name; what a host's name leads to is looked at when it is asked. What it answers decides who is let in, so
 * without TLS it can only be on this machine, and never in production.
 */
export function issuerUrlProblem(
  text: string,
  config: { production: boolean; outboundAllowPrivate: boolean },
): string | undefined {
  if (text.length > LONGEST) return `must have ${LONGEST} characters at most`
  const malformed = receiverUriProblem(text)
  if (malformed !== undefined) return malformed
  if (text.includes('?')) return 'must have no query (?…)'
  const url = new URL(text)
  if (url.protocol !== 'https:' && config.production) return 'must be https'
  if (url.protocol !== 'https:' && !isLoopbackHost(url.hostname))
    return 'must be https (http only for loopback addresses)'
  return outboundUrlProblem(url, outboundRules(config))
}
