import type { Configuration } from 'oidc-provider'
import type { Clock } from '../shared/clock.ts'

export interface Lifetimes {
  accessTokenExp: number
  refreshTokenExp: number
  refreshFamilyExp: number
  sessionExp: number
  sessionMaxExp: number
}

const CODE_SECONDS = 60
const INTERACTION_SECONDS = 60 * 60
/** Ms. */
export const INTERACTION_LIFE = INTERACTION_SECONDS * 1000

/** A client's metadata. The built-in one's may have lives of its own, in seconds. */
type OwnLives = Readonly<Record<string, unknown>>

export type RefreshLives = Pick<Lifetimes, 'refreshTokenExp' | 'refreshFamilyExp'>

/** The server's limit them: what else is kept so long (keys, ends) lasts for those. */
export const refreshLivesOf = (lifetimes: RefreshLives, own: OwnLives | undefined): RefreshLives => ({
  refreshTokenExp: atMost(lifetimes.refreshTokenExp, own?.['refresh_token_ttl']),
  refreshFamilyExp: atMost(lifetimes.refreshFamilyExp, own?.['refresh_family_ttl']),
})

/** Ms; `own` in seconds, where it is set. */
const atMost = (most: number, own: unknown): number =>
  typeof own === 'number' ? Math.min(most, own * 1000) : most

const seconds = (ms: number): number => Math.max(1, Math.floor(ms / 1000))

/** Lives in seconds, as the library wants them: whole, and at least one. */
export function ttl(lifetimes: Lifetimes, clock: Clock): NonNullable<Configuration['ttl']> {
  const most = seconds(lifetimes.accessTokenExp)
  return {
    AccessToken: (_ctx, token, client) =>
      Math.min(
        seconds(atMost(lifetimes.accessTokenExp, client['access_token_ttl'])),
        token.resourceServer?.accessTokenTTL ?? most,
      ),
    ClientCredentials: (_ctx, token) => Math.min(most, token.resourceServer?.accessTokenTTL ?? most),
    AuthorizationCode: CODE_SECONDS,
    IdToken: most,
    Interaction: INTERACTION_SECONDS,
    Grant: seconds(lifetimes.refreshFamilyExp),
    RefreshToken: (_ctx, _token, client) => seconds(refreshLivesOf(lifetimes, client).refreshTokenExp),
    // Slides with each visit, but never past the absolute end counted from the sign-in.
    Session: (_ctx, session) => {
      const signedInFor = session.loginTs === undefined ? 0 : clock.now() - session.loginTs * 1000
      return seconds(Math.min(lifetimes.sessionExp, lifetimes.sessionMaxExp - signedInFor))
    },
  }
}
