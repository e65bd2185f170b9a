import { type Configuration, errors, type KoaContextWithOIDC } from 'oidc-provider'
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
  assertions: Pick<AssertionTimes, 'note'>
}): NonNullable<Configuration['assertJwtClientAuthClaimsAndHeader']> {
  return async (ctx, { aud, exp, iat }) => {
    const latest = Math.floor(use.clock.now() / 1000) + TOLERANCE
    if (aud !== use.issuer) throw new errors.InvalidClientAuth('aud must be the issuer identifier, alone')
    if (Number(exp) > latest + LONGEST_LIFE) throw new errors.InvalidClientAuth('exp is too far away')
    if (iat !== undefined && Number(iat) > latest) throw new errors.InvalidClientAuth('issued in the future')
    // It says when it was made; or, as its life is bounded, it was good for nothing any earlier.
    use.assertions.note(ctx, 1000 * Math.max(Number(iat ?? 0), Number(exp) - LONGEST_LIFE - TOLERANCE))
  }
}

/** Before when an assertion was not used yet, epoch ms: noted as it is checked, and asked for right after. */
export interface AssertionTimes {
  note(ctx: KoaContextWithOIDC, madeAt: number): void
  /** Once: what a request claims after its assertion is something else. */
  takeMadeAt(ctx: KoaContextWithOIDC): number | undefined
}

export function createAssertionTimes(): AssertionTimes {
  const noted = new WeakMap<object, number>()
  return {
    note: (ctx, madeAt) => void noted.set(ctx, madeAt),
    takeMadeAt: (ctx) => {
      const madeAt = noted.get(ctx)
      noted.delete(ctx)
      return madeAt
    },
  }
}
