/** Devices as they are shown; a sign-in writes them, in its own step (`accounts/sign-ins-repository.ts`). */
import { type Kysely, type Selectable, sql } from 'kysely'
import { withCountry } from '../accounts/sign-ins-repository.ts'
import type { Database } from '../schema.ts'
import type { DeviceRow } from './rows.ts'
import type { Sighting } from './sightings.ts'

export interface KnownDevice {
  id: string
  /** `sub`. */
  account: string
  label: string | undefined
  browser: string | undefined
  system: string | undefined
  kind: string | undefined
  /** Epoch ms, like the next. */
  firstSeenAt: number
  lastSeenAt: number
  address: string | undefined
  country: string | undefined
}

export interface DevicesRepository {
  find(id: string): Promise<KnownDevice | undefined>
  /** The devices of these sessions were in use; said to the hour. */
  noteSeen(sightings: readonly Sighting[]): Promise<void>
  /** Removes those that are remembered no longer, so many at most; how many there were. */
  forget(limit: number): Promise<number>
}

export const createDevicesRepository = (db: Kysely<Database>): DevicesRepository => ({
  find: async (id) => {
    if (id === '') return undefined
    const row = await db
      .selectFrom('devices')
      .innerJoin('users', 'users.id', 'devices.user_id')
      .selectAll('devices')
      .select('users.sub')
      .where('devices.id', '=', id)
      .executeTakeFirst()
    return row && toDevice(row)
  },
  // Who is busy with one sees it, too: nobody is waited for.
  noteSeen: async (sightings) => {
    if (sightings.length === 0) return
    await sql`
      with seen as (
        select distinct on (d.id) d.id, v.at, v.address, v.country
        from unnest(
          ${sightings.map(({ session }) => session)}::text[],
          ${sightings.map(({ at }) => new Date(at))}::timestamptz[],
          ${sightings.map(({ address }) => address)}::text[],
          ${sightings.map(({ country }) => country ?? null)}::text[]
        ) as v (session, at, address, country)
        join sessions s on s.id = v.session
        join devices d on d.id = s.device
        where d.last_seen_at < v.at - interval '1 hour'
        order by d.id, v.at desc
      ), locked as (
        select d.id from devices d join seen on seen.id = d.id for update of d skip locked
      )
      update devices set last_seen_at = seen.at, address = seen.address, country = seen.country,
        countries = ${withCountry('seen.country', 'devices.countries')}
      from seen join locked on locked.id = seen.id where devices.id = seen.id`.execute(db)
  },
  forget: async (limit) => {
    const { numDeletedRows } = await db
      .deleteFrom('devices')
      .where('id', 'in', (from) =>
        from.selectFrom('devices').select('id').where('remembered_until', '<', sql<Date>`now()`).limit(limit),
      )
      .executeTakeFirst()
    return Number(numDeletedRows)
  },
})

const toDevice = (row: Selectable<DeviceRow> & { sub: string }): KnownDevice => ({
  id: row.id,
  account: row.sub,
  label: row.label ?? undefined,
  browser: row.browser ?? undefined,
  system: row.system ?? undefined,
  kind: row.kind ?? undefined,
  firstSeenAt: row.first_seen_at.getTime(),
  lastSeenAt: row.last_seen_at.getTime(),
  address: row.address ?? undefined,
  country: row.country ?? undefined,
})
