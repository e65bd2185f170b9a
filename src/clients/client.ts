/** OAuth clients and resource servers as the operator set them up. They live in PostgreSQL, not with the tokens. */
import type { SignInSettings } from '../security/sign-in-policy/policy.ts'
import type { ClientMetadata } from './client-metadata.ts'

export interface Client {
  clientId: string
  metadata: ClientMetadata
  /** `number:base64url`, see `client-secrets.ts`. */
  secretHash: string | undefined
  /** Sealed, for clients whose algorithms need the secret itself. */
  secretSealed: Buffer | undefined
  disabled: boolean
  /** What a sign-in has to be for it, besides what it has to be for everybody. */
  signIn?: SignInSettings
  managedBy: string | undefined
}

export interface KnownClient extends Client {
  /** Goes up when everything that was made for this client is ended. */
  epoch: number
}

/** The clients that are built in: of the first-party API, and of the pages at `/account`. They have no rows. */
export const FIRST_PARTY = 'first-party'
export const ACCOUNT = 'account'
/** Where a sign-in for those leads back to. */
export const ACCOUNT_CALLBACK = '/account/callback'

/** What the operator has set of the first-party API's tokens. Lives are seconds, each limited by the server's own. */
export interface FirstPartySettings {
  /** The resource server that access tokens are for; without one they are for userinfo. */
  resource: string | undefined
  /** Of that one's scopes, with spaces between; undefined: all of them. */
  scope: string | undefined
  accessTokenTtl: number | undefined
  refreshTokenTtl: number | undefined
  refreshFamilyTtl: number | undefined
  managedBy: string | undefined
}

export interface ResourceServer {
  /** Resource indicator, RFC 8707 §2. */
  identifier: string
  scopes: string[]
  accessTokenFormat: 'jwt' | 'opaque'
  signingAlg: string
  /** Seconds; the server's own limit when undefined. */
  accessTokenTtl: number | undefined
  introspectionClient: string | undefined
  managedBy: string | undefined
}
