/**
 * Devices and sessions as rows, and what outlives any store of short-lived state: that something was ended. Nothing here
 * is written when a token is refreshed.
 */
import { type Kysely, sql } from 'kysely'

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of [...owners, ...devices, ...sessions, ...ends, cleanUps]) await statement.execute(db)
}

/** Most grants lack an organization, and some a device: the indexes leave those out. */
const owners = [
  sql`
    alter table state_grants
    add column device text not null default '', add column organization text not null default ''`,
  sql`create index state_grants_of_device on state_grants (device, key) where device <> ''`,
  sql`
    create index state_grants_of_organization on state_grants (organization, key) where organization <> ''`,
]

/** What a person would know the device by goes with the person. */
const devices = [
  sql`
    create table devices (
      id text collate "C" primary key,
      user_id uuid not null references users on delete cascade,
      label text,
      browser text,
      system text,
      kind text,
      first_seen_at timestamptz not null,
      last_seen_at timestamptz not null,
      address text,
      country text,
      fingerprint text,
      remembered_until timestamptz not null
    )`,
  sql`create index devices_of_user on devices (user_id, id)`,
  sql`create index devices_expiry on devices (remembered_until)`,
]

const sessions = [
  sql`
    create table sessions (
      id text collate "C" primary key,
      user_id uuid not null references users on delete cascade,
      kind text not null check (kind in ('browser', 'first_party')),
      device text collate "C" not null,
      organization text not null,
      created_at timestamptz not null default clock_timestamp(),
      ends_at timestamptz not null
    )`,
  sql`create index sessions_of_user on sessions (user_id, id)`,
  sql`create index sessions_of_device on sessions (device, id) where device <> ''`,
  sql`create index sessions_of_organization on sessions (organization, id) where organization <> ''`,
  sql`create index sessions_expiry on sessions (ends_at)`,
]

/**
 * What was ended one by one is named in `access_ends` until nothing of it can come back; what was ended all together is a
 * number that went up. `users.ends` says whether there is anything to look for.
 */
const ends = [
  sql`
    create table access_ends (
      kind text not null check (kind in ('session', 'sign_on', 'device', 'family')),
      value text collate "C" not null,
      expires_at timestamptz not null,
      primary key (value, kind)
    )`,
  sql`create index access_ends_expiry on access_ends (expires_at)`,
  sql`alter table users add column ends integer not null default 0`,
  sql`
    create table access_epochs (
      kind text not null check (kind in ('organization', 'everything')),
      value text not null,
      epoch integer not null default 0,
      issued_before timestamptz,
      primary key (kind, value)
    )`,
]

/** What is dead already and still has to be taken out of the store of short-lived state. */
const cleanUps = sql`
  create table clean_ups (
    id uuid primary key,
    kind text not null,
    value text not null,
    epoch integer,
    event_id uuid not null,
    event text not null,
    created_at timestamptz not null default clock_timestamp()
  )`
