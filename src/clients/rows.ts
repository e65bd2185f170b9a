import type { Generated, JSONColumnType } from 'kysely'

export interface ClientRow {
  client_id: string
  /** Client metadata by the names of RFC 7591 §2, secret left out. */
  metadata: JSONColumnType<Record<string, unknown>>
  /** `number:base64url`: keyed hash under the pepper of that number. */
  secret_hash: string | null
  /** Only for clients whose algorithms need the secret itself (`client_secret_jwt`, HS*). */
  secret_sealed: Buffer | null
  disabled_at: Date | null
  /** `apply`, `demo`, or null: made by hand. */
  managed_by: string | null
  /** What a sign-in has to be for it (`SignInSettings`); null: as for everybody. */
  sign_in: JSONColumnType<Record<string, unknown>> | null
  /** Goes up when everything of this client's is ended. */
  epoch: Generated<number>
  created_at: Generated<Date>
  updated_at: Generated<Date>
}

export interface ResourceServerRow {
  /** Resource indicator (RFC 8707): an absolute URI without fragment. */
  identifier: string
  scopes: JSONColumnType<string[]>
  access_token_format: 'jwt' | 'opaque'
  signing_alg: string
  access_token_ttl: number | null
  /** The confidential client that may introspect this resource's tokens. */
  introspection_client: string | null
  managed_by: string | null
  created_at: Generated<Date>
  updated_at: Generated<Date>
}

/** One row, or none. Lives are seconds, null where the server's own is in force. */
export interface FirstPartySettingsRow {
  single: Generated<true>
  resource: string | null
  /** Of the resource's scopes; null: all of them. */
  scope: string | null
  access_token_ttl: number | null
  refresh_token_ttl: number | null
  refresh_family_ttl: number | null
  managed_by: string | null
  updated_at: Generated<Date>
}

/** The server's, one row, or none; a client's stands with the client. */
export interface SignInPolicyRow {
  single: Generated<true>
  /** `SignInSettings`. */
  settings: JSONColumnType<Record<string, unknown>>
  managed_by: string | null
  updated_at: Generated<Date>
}

export interface ClientTables {
  clients: ClientRow
  first_party_settings: FirstPartySettingsRow
  resource_servers: ResourceServerRow
  sign_in_policy: SignInPolicyRow
}
