import { CompiledQuery, type Kysely, sql } from 'kysely'
import { type AuditEvent, toStored } from '../audit/event.ts'
import type { Database } from '../schema.ts'
import type { Account } from './account.ts'

/** A device that somebody signs in on, as far as it is known. */
export interface SeenDevice {
  /** Of a device that has our cookie, its id for this person; undefined for any other. */
  known: string | undefined
  /** The id that it gets when it is a new one, or was revoked. */
  fresh: string
  label: string | undefined
  browser: string | undefined
  system: string | undefined
  kind: string | undefined
  address: string | undefined
  country: string | undefined
  fingerprint: string | undefined
  /** How long a device is remembered that was seen once, and one that came back; ms. */
  rememberedFor: { once: number; again: number }
  /** From now until when no second factor is asked for on it, epoch ms; undefined: as before. */
  trustedUntil: number | undefined
}

/** A device as it was seen last. */
export interface DeviceSeen {
  id: string
  /** Epoch ms. */
  at: number
  address: string | undefined
  country: string | undefined
  /** All that it was in. */
  countries: readonly string[]
  fingerprint: string | undefined
  /** Since and until when, epoch ms. */
  trustedAt: number | undefined
  trustedUntil: number | undefined
}

/** The devices of a person that nobody has revoked, and whether the one that was asked about is one that somebody has. */
export interface SignInHistory {
  devices: readonly DeviceSeen[]
  revoked: boolean
}

export interface SignInsRepository {
  /** The ids of a person's devices that were new since, one more than `most` at most. */
  newSince(userId: string, since: number, most: number): Promise<string[]>
  /** Every device of a person is a new one again. */
  forgetDevices(userId: string): Promise<void>
  /** On none of a person's devices is it enough any more that a second factor was asked for there before. */
  distrustDevices(userId: string): Promise<void>
  /** The device that is asked about comes first, then those that were seen last; fifty at most. Nobody has none. */
  history(userId: string | undefined, device: string | undefined): Promise<SignInHistory>
  /**
   * The sign-in, its event and its device, in one step and one trip: the id of the device. Undefined when the account was
   * disabled or deleted by now, or everything of it was ended; then nothing is recorded.
   */
  record(
    account: Pick<Account, 'id' | 'epoch'>,
    at: number,
    event: AuditEvent,
    device: SeenDevice,
  ): Promise<{ device: string } | undefined>
}

/** Asked at every sign-in, so it is put together once. */
const HISTORY = `
  select asked.revoked, d.id, d.last_seen_at, d.address, d.country, d.countries, d.fingerprint, d.trusted_at, d.trusted_until
  from (select exists (select from access_ends where kind = 'device' and value = $2::text) as revoked) asked
  left join lateral (
    select * from devices
    where user_id = $1::uuid
      and not exists (select from access_ends where kind = 'device' and value = devices.id)
    order by id = $2::text desc nulls last, last_seen_at desc limit 50
  ) d on true`

export const createSignInsRepository = (db: Kysely<Database>): SignInsRepository => ({
  history: async (userId, device) => {
    const query = CompiledQuery.raw(HISTORY, [userId ?? null, device ?? null])
    const { rows } = await db.executeQuery<HistoryRow>(query)
    return { revoked: rows.some(({ revoked }) => revoked), devices: rows.flatMap(toDeviceSeen) }
  },
  forgetDevices: async (userId) => {
    await db.deleteFrom('devices').where('user_id', '=', userId).execute()
  },
  distrustDevices: async (userId) => {
    await db.updateTable('devices').set({ trusted_until: null }).where('user_id', '=', userId).execute()
  },
  newSince: async (userId, since, most) => {
    const rows = await db
      .selectFrom('devices')
      .select('id')
      .where('user_id', '=', userId)
      .where('first_seen_at', '>=', new Date(since))
      .limit(most + 1)
      .execute()
    return rows.map(({ id }) => id)
  },
  record: async ({ id: userId, epoch }, at, event, device) => {
    const { id, text } = toStored(event)
    const now = new Date(at)
    const until = (ms: number) => new Date(at + ms)
    const [trustedAt, trustedUntil] =
      device.trustedUntil === undefined ? [null, null] : [now, new Date(device.trustedUntil)]
    const seen = sql`
      ${device.label ?? null}::text, ${device.browser ?? null}::text, ${device.system ?? null}::text,
      ${device.kind ?? null}::text, ${now}::timestamptz, ${now}::timestamptz, ${device.address ?? null}::text,
      ${device.country ?? null}::text, ${device.fingerprint ?? null}::text,
      ${until(device.rememberedFor.once)}::timestamptz,
      array_remove(array[${device.country ?? null}::text], null), ${trustedAt}::timestamptz,
      ${trustedUntil}::timestamptz`
    const columns = sql`
      id, user_id, label, browser, system, kind, first_seen_at, last_seen_at, address, country, fingerprint,
      remembered_until, countries, trusted_at, trusted_until`
    const { rows } = await sql<{ device: string }>`
      with signed_in as (
        update users set last_sign_in_at = ${now} where id = ${userId} and disabled_at is null and epoch = ${epoch}
        returning id
      ), recorded as (
        insert into event_inbox (id, event) select ${id}::uuid, ${text} from signed_in
      ), known as (
        insert into devices as before (${columns})
        select ${device.known ?? null}::text, signed_in.id, ${seen} from signed_in
        where ${device.known ?? null}::text is not null
          and not exists (select from access_ends where kind = 'device' and value = ${device.known ?? null}::text)
        on conflict (id) do update set
          label = coalesce(excluded.label, before.label), browser = excluded.browser, system = excluded.system,
          kind = excluded.kind, last_seen_at = excluded.last_seen_at, address = excluded.address,
          country = excluded.country, fingerprint = excluded.fingerprint,
          countries = ${withCountry('excluded.country', 'before.countries')},
          remembered_until = ${until(device.rememberedFor.again)}::timestamptz,
          trusted_at = coalesce(excluded.trusted_at, before.trusted_at),
          trusted_until = coalesce(excluded.trusted_until, before.trusted_until)
        returning id
      ), fresh as (
        insert into devices (${columns})
        select ${device.fresh}::text, signed_in.id, ${seen} from signed_in where not exists (select from known)
        returning id
      )
      select id as device from known union all select id from fresh`.execute(db)
    return rows[0]
  },
})

const MOST_COUNTRIES = 16

/** SQL for the countries that a device was in, with the one that it is in now; by the names of columns. */
export const withCountry = (country: string, countries: string) => sql`
  case when ${sql.ref(country)} is null or ${sql.ref(country)} = any (${sql.ref(countries)})
    then ${sql.ref(countries)}
    else (${sql.ref(country)} || ${sql.ref(countries)})[1:${sql.lit(MOST_COUNTRIES)}]
  end`

interface HistoryRow {
  revoked: boolean
  /** Null where there is no device, like the others. */
  id: string | null
  last_seen_at: Date | null
  address: string | null
  country: string | null
  countries: string[] | null
  fingerprint: string | null
  trusted_at: Date | null
  trusted_until: Date | null
}

const toDeviceSeen = ({ id, last_seen_at: at, ...row }: HistoryRow): DeviceSeen[] =>
  id === null || at === null
    ? []
    : [
        {
          ...{ id, at: at.getTime(), countries: row.countries ?? [] },
          ...{ address: row.address ?? undefined, country: row.country ?? undefined },
          ...{ trustedAt: row.trusted_at?.getTime(), trustedUntil: row.trusted_until?.getTime() },
          fingerprint: row.fingerprint ?? undefined,
        },
      ]
