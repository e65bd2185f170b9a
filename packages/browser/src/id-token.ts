import { fromBase64url } from './bytes.ts'
import { GatehouseError } from './errors.ts'
import { objectIn } from './json.ts'
import type { Claims } from './types.ts'

export interface Expected {
  issuer: string
  clientId: string
  /** Of the request; absent at a refresh. */
  nonce?: string | undefined
  /** Seconds. */
  maxAge?: number | undefined
  /** Of the sign-in that is refreshed. */
  sub?: string | undefined
}

const LEEWAY = 60

/**
 * OpenID Connect Core §3.1.3.7 and §12.2. It came from the token endpoint over TLS, hence its signature need not be
 * checked (number 6 there). It is for this client and nobody else. The claims of one that is refused are in `details`.
 */
export function readIdToken(idToken: unknown, expected: Expected, now = Date.now() / 1000): Claims {
  const claims = objectIn(fromBase64url(String(idToken).split('.')[1]))
  const { iss, sub, aud, exp, iat, nonce, auth_time = 0 } = claims
  const { maxAge = Number.POSITIVE_INFINITY } = expected
  const isRight =
    iss === expected.issuer &&
    sub &&
    sub === (expected.sub ?? sub) &&
    [aud].flat().join() === expected.clientId &&
    nonce === (expected.nonce ?? nonce) &&
    Number(exp) + LEEWAY > now &&
    Number(iat) - LEEWAY < now &&
    Number(auth_time) + maxAge + LEEWAY > now
  if (isRight) return claims as Claims
  throw new GatehouseError('invalid_id_token', 'Wrong id token, or clock', claims)
}
