import { importJWK, type JWK, SignJWT } from 'jose'
import type { Clock } from '../shared/clock.ts'
import { newSecret } from '../shared/ids.ts'

export interface LogoutTokensUse {
  issuer: string
  /** Private JWKs in order of preference, as they are now. */
  signingKeys: () => Promise<readonly JWK[]>
  clock: Clock
}

export interface LogoutTokenReader {
  clientId: string
  /** That of its id tokens; ES256 where it has none of its own. */
  alg: string | undefined
  /** Needed for HS256. */
  secret: string | undefined
}

/** A logout token for one client: OpenID Connect Back-Channel Logout 1.0 §2.4. Never a `nonce`: it must not pass for an id token. */
export type MakeLogoutToken = (
  reader: LogoutTokenReader,
  session: { sub: string; sid: string },
) => Promise<string>

const LIFE_SECONDS = 120
const EVENTS = { 'http://schemas.openid.net/event/backchannel-logout': {} }

export const createLogoutTokens =
  ({ issuer, signingKeys, clock }: LogoutTokensUse): MakeLogoutToken =>
  async ({ clientId, alg = 'ES256', secret }, { sub, sid }) => {
    const now = Math.floor(clock.now() / 1000)
    const { kid, key } = alg.startsWith('HS') ? symmetric(secret) : await asymmetric(alg, await signingKeys())
    return new SignJWT({ sub, sid, events: EVENTS })
      .setProtectedHeader({ alg, typ: 'logout+jwt', ...(kid !== undefined && { kid }) })
      .setIssuer(issuer)
      .setAudience(clientId)
      .setIssuedAt(now)
      .setExpirationTime(now + LIFE_SECONDS)
      .setJti(newSecret(16))
      .sign(key)
  }

function symmetric(secret: string | undefined) {
  if (secret === undefined) throw new Error('a client without a secret to sign with')
  return { kid: undefined, key: new TextEncoder().encode(secret) }
}

async function asymmetric(alg: string, keys: readonly JWK[]) {
  const jwk = keys.find((key) => key.alg === alg)
  if (jwk === undefined) throw new Error(`there is no signing key for ${alg}`)
  return { kid: jwk.kid, key: await importJWK(jwk, alg) }
}
