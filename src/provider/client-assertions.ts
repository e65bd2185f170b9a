import { type Configuration, errors } from 'oidc-provider'
import type { Clock } from '../shared/clock.ts'

/** A longer life would only be a longer memory of what was used. */
const LONGEST_LIFE = 10 * 60
/** Of clocks that differ, in seconds, as elsewhere in the library. */
const TOLERANCE = 15

/**
 * Client assertions (RFC 7523 §3) once their signature was found right. The audience is the issuer as one string
 * (rfc7523bis §4): the library also takes lists and endpoint addresses, by which a client that uses several servers
 * can be made to sign for one what another then presents (CVE-2025-27370).
 */
export function checkClientAssertion(use: {
  issuer: string
  clock: Clock
}): NonNullable<Configuration['assertJwtClientAuthClaimsAndHeader']> {
  return async (_ctx, { aud, exp, iat }) => {
    const latest = Math.floor(use.clock.now() / 1000) + TOLERANCE
    if (aud !== use.issuer) throw new errors.InvalidClientAuth('aud must be the issuer identifier, alone')
    if (Number(exp) > latest + LONGEST_LIFE) throw new errors.InvalidClientAuth('exp is too far away')
    if (iat !== undefined && Number(iat) > latest) throw new errors.InvalidClientAuth('issued in the future')
  }
}
