import type { Generated } from 'kysely'

/** A person on a device of theirs. What it is known by is personal, and goes with the person. */
export interface DeviceRow {
  /** `deviceIdOf` its cookie and the person: it opens nothing. */
  id: string
  user_id: string
  /** What the application calls it: `deviceId` at `/auth/login`. */
  label: string | null
  browser: string | null
  system: string | null
  /** `desktop`, `mobile`, `tablet` … */
  kind: string | null
  first_seen_at: Date
  last_seen_at: Date
  address: string | null
  /** ISO 3166-1 alpha-2. */
  country: string | null
  /** All that it was in, the latest first; so many at most. */
  countries: Generated<string[]>
  /** `number:base64url`: keyed hash, under the pepper of that number, of what the browser says of itself. */
  fingerprint: string | null
  remembered_until: Date
  /** Since and until when a second factor is not asked for on it again. */
  trusted_at: Date | null
  trusted_until: Date | null
}

/** A session that began; it is here until it is ended, or can't live any longer. */
export interface SessionRow {
  /** The public id: the library's `uid`. */
  id: string
  user_id: string
  kind: 'browser' | 'first_party'
  /** Empty where there is none, like the next. */
  device: string
  organization: string
  created_at: Generated<Date>
  ends_at: Date
}

export type EndKind = 'session' | 'sign_on' | 'device' | 'family'

/** Something that was ended, until nothing of it can come back. */
export interface AccessEndRow {
  kind: EndKind
  value: string
  expires_at: Date
}

export interface AccessEpochRow {
  kind: 'organization' | 'client' | 'everything'
  value: string
  /** Goes up when all of it is ended. */
  epoch: Generated<number>
  issued_before: Date | null
}

/** Revoked and acknowledged; what is left of it in the store of short-lived state has still to go. */
export interface CleanUpRow {
  id: string
  kind: 'session' | 'device' | 'account' | 'client' | 'organization'
  value: string
  /** What is not of this epoch yet is dead; null: what is older than this row is. */
  epoch: number | null
  event_id: string
  event: string
  created_at: Generated<Date>
}

export interface SessionTables {
  devices: DeviceRow
  sessions: SessionRow
  access_ends: AccessEndRow
  access_epochs: AccessEpochRow
  clean_ups: CleanUpRow
}
