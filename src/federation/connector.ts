/**
 * Somewhere else where people are known: an OpenID Provider of a company, say. Who has connected their account with an
 * identity there signs in by it. Nobody is found by an address that somebody else tells: an identity is of an account
 * because its person, signed in here, has connected the two.
 */
import { z } from 'zod'

/** In addresses: `/federation/:connector/callback`. */
export const CONNECTOR_SLUG = /^[a-z\d](?:[a-z\d-]{0,61}[a-z\d])?$/

/** What is asked for where nothing else is set up: who somebody is, and which account of theirs, for people to see. */
export const DEFAULT_SCOPE = 'openid email profile'

/** What an OpenID Provider is asked by (OpenID Connect Discovery 1.0). */
export const OIDC_CONFIG = z.strictObject({
  /** Its issuer identifier, as it says it itself; all else is discovered there. */
  issuer: z.string(),
  client_id: z.string().min(1),
  /** Besides `openid`: `email` has it tell which account it is, for people to see. */
  scope: z.string().optional(),
})

export type OidcConfig = z.output<typeof OIDC_CONFIG>

export interface Connector {
  /** Never used again: a connector that is made anew is another one. */
  id: string
  slug: string
  type: 'oidc'
  /** What people call it. */
  name: string
  config: OidcConfig
  /** `client_secret`; undefined for a public client. */
  secretSealed: Buffer | undefined
  disabled: boolean
  managedBy: string | undefined
}

/** What connectors are called in addresses, by their ids. */
export const slugsOf = (connectors: readonly Connector[]): ReadonlyMap<string, string> =>
  new Map(connectors.map(({ id, slug }) => [id, slug]))

export const callbackOf = (issuer: string, slug: string): string =>
  new URL(`/federation/${slug}/callback`, issuer).href
