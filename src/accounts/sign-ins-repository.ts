import { type Kysely, sql } from 'kysely'
import { type AuditEvent, toStored } from '../audit/event.ts'
import type { Database } from '../schema.ts'

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
}

export interface SignInsRepository {
  /**
   * The sign-in, its event and its device, in one step and one trip: the id of the device. Undefined when the account was
   * disabled or deleted by now; then nothing is recorded.
   */
  record(
    userId: string,
    at: number,
    event: AuditEvent,
    device: SeenDevice,
  ): Promise<{ device: string } | undefined>
}

export const createSignInsRepository = (db: Kysely<Database>): SignInsRepository => ({
  record: async (userId, at, event, device) => {
    const { id, text } = toStored(event)
    const now = new Date(at)
    const until = (ms: number) => new Date(at + ms)
    const seen = sql`
      ${device.label ?? null}::text, ${device.browser ?? null}::text, ${device.system ?? null}::text,
      ${device.kind ?? null}::text, ${now}::timestamptz, ${now}::timestamptz, ${device.address ?? null}::text,
      ${device.country ?? null}::text, ${device.fingerprint ?? null}::text,
      ${until(device.rememberedFor.once)}::timestamptz`
    const columns = sql`
      id, user_id, label, browser, system, kind, first_seen_at, last_seen_at, address, country, fingerprint,
      remembered_until`
    const { rows } = await sql<{ device: string }>`
      with signed_in as (
        update users set last_sign_in_at = ${now} where id = ${userId} and disabled_at is null returning id
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
          remembered_until = ${until(device.rememberedFor.again)}::timestamptz
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
