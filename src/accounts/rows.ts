import type { ColumnType, Generated, JSONColumnType } from 'kysely'
import type { JsonObject } from '../../adapters/contract.ts'
import type { LinkEnds } from './links-repository.ts'

/** Claims of OpenID Connect Core §5.1 that are kept as they were given, besides those with columns of their own. */
export type ProfileClaims = Record<string, unknown>

export interface UserRow {
  /** UUID version 7; never leaves the house. */
  id: string
  /** Random subject identifier: what relying parties see. */
  sub: string
  /** As the person wrote it; unique by `email_key`, its one stored form. */
  email: string
  email_key: string
  email_verified: Generated<boolean>
  name: string | null
  profile: JSONColumnType<ProfileClaims>
  /** Roles in the server itself (`admin`). */
  server_roles: JSONColumnType<string[]>
  disabled_at: Date | null
  /** When the account is deleted, as its person asked; until then it is disabled. */
  delete_after: Date | null
  created_at: Generated<Date>
  updated_at: Generated<Date>
  last_sign_in_at: Date | null
  managed_by: string | null
  /** Goes up when everything of this person's is ended. */
  epoch: Generated<number>
  /** Goes up when one session, device or family of this person's is ended: then there is something to look for. */
  ends: Generated<number>
}

export interface CredentialRow {
  id: string
  user_id: string
  method: string
  data: JSONColumnType<JsonObject>
  /** What its person calls it. */
  label: string | null
  created_at: Generated<Date>
  updated_at: Generated<Date>
  last_used_at: Date | null
}

/** One-time links; the key is a keyed hash of the token, which itself is stored nowhere. */
interface AccountLinkRow {
  key: Buffer
  user_id: string
  purpose: string
  /** What else ends with it: `not_me`. */
  ends: ColumnType<LinkEnds | null, string | null, never>
  /** The address that it is for: `verify_email`. */
  email_key: string | null
  /** The change of address that it is part of. */
  change: string | null
  expires_at: ColumnType<Date, Date, Date>
  used_at: Date | null
  created_at: Generated<Date>
}

/** An account that somebody asked for; it is none before its address is proven. */
interface RegistrationRow {
  id: string
  email: string
  email_key: string
  name: string
  /** The hash of the password that they chose. */
  phc: string
  /** The language that they read. */
  locale: string
  /** Keyed hash of the secret of the browser where they did. */
  browser: Buffer
  /** Keyed hash of the token in the mail, once that was drawn. */
  link_key: Buffer | null
  created_at: ColumnType<Date, Date, never>
  expires_at: ColumnType<Date, Date, never>
}

/** Who came from elsewhere. */
interface UserSourceRow {
  /** `keycloak`, or what the operator calls it. */
  source: string
  /** The id that the person had there. */
  source_id: string
  user_id: string
  /** A password is brought once: it must not come back after it was taken away. */
  password_brought: boolean
  imported_at: ColumnType<Date, Date, never>
}

/** An address that is to become another; once it has, how it was, as long as it can be put back. */
interface EmailChangeRow {
  id: string
  user_id: string
  email: string
  email_key: string
  from_email: string
  from_key: string
  from_verified: boolean
  old_confirmed_at: Date | null
  new_confirmed_at: Date | null
  changed_at: Date | null
  created_at: ColumnType<Date, Date, never>
  expires_at: ColumnType<Date, Date, Date>
}

export interface AccountTables {
  user_sources: UserSourceRow

  users: UserRow
  credentials: CredentialRow
  account_links: AccountLinkRow
  registrations: RegistrationRow
  email_changes: EmailChangeRow
}
