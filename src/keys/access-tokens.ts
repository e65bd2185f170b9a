import { createLocalJWKSet, type JWK, jwtVerify } from 'jose'
import type { Clock } from '../shared/clock.ts'

/** Claims of a JWT access token (RFC 9068 §2.2). Times are epoch seconds. */
export interface AccessTokenClaims {
  jti: string
  sub: string
  client_id: string
  aud: string
  iat: number
  exp: number
  scope?: string
  acr?: string
  amr?: string[]
  auth_time?: number
  cnf?: { jkt?: string }
}

export type ReadAccessToken = (token: string) => Promise<AccessTokenClaims | undefined>

export interface AccessTokensUse {
  issuer: string
  /** Private or public; only what is public of them is used. */
  signingKeys: readonly JWK[]
  clock: Clock
}

/** Reads access tokens that we have signed. Undefined for every other text: another type, issuer or key, or expired. */
export function createAccessTokenReader({ issuer, signingKeys, clock }: AccessTokensUse): ReadAccessToken {
  const keys = createLocalJWKSet({ keys: signingKeys.map(publicPart) })
  return async (token) => {
    try {
      const currentDate = new Date(clock.now())
      const { payload } = await jwtVerify(token, keys, { typ: 'at+jwt', issuer, currentDate })
      return payload as unknown as AccessTokenClaims
    } catch {
      return undefined
    }
  }
}

const publicPart = ({ kid, kty, alg, use, crv, x, y, n, e }: JWK): JWK =>
  Object.fromEntries(
    Object.entries({ kid, kty, alg, use, crv, x, y, n, e }).filter(([, value]) => value !== undefined),
  )
