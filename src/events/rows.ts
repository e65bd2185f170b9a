import type { Generated, GeneratedAlways, JSONColumnType } from 'kysely'

interface OutboxRow {
  /** UUID version 7. */
  id: string
  /** Which handler delivers it. */
  kind: string
  /** Of several messages that name the same occasion the first counts. */
  once: string | null
  payload: JSONColumnType<Record<string, unknown>>
  created_at: Date
  /** When it tells nothing any more. */
  expires_at: Date | null
  next_attempt_at: Date
  /** How often it was taken. */
  attempts: Generated<number>
  /** How often that ended in a way that must not be repeated without end. */
  strikes: Generated<number>
  /** Why the last attempt was not enough. */
  reason: string | null
  done_at: Date | null
  /** Set aside: nobody tries it any more. */
  dead_at: Date | null
}

interface EndedSidRow {
  /** Identifier of a resource server that there were tokens for. */
  resource: string
  sid: string
  ended_at: Date
}

interface WebhookRow {
  id: string
  name: string
  url: string
  /** Exact types, `area.*`, or `*`. */
  events: JSONColumnType<string[]>
  secret_sealed: Buffer
  /** Signs too, until a time. */
  previous_secret_sealed: Buffer | null
  previous_secret_until: Date | null
  /** Up to which number of each chain its events were taken from the trail. */
  main_position: number
  refreshes_position: number
  disabled_at: Date | null
  disabled_reason: DisabledReason | null
  /** Since the first failure behind which nothing was delivered. */
  failing_since: Date | null
  last_failure: string | null
  /** `apply`, or null: made by hand. */
  managed_by: string | null
  created_at: Generated<Date>
  updated_at: Generated<Date>
}

/** By hand; it answered 410; nothing could be delivered for days. */
export type DisabledReason = 'operator' | 'gone' | 'failing'

/** An event that waits for a webhook, or was set aside. The event itself is in the trail. */
interface WebhookDeliveryRow {
  webhook: string
  number: GeneratedAlways<number>
  /** Whom the event is about: of rows that have this in common, the lower number goes first. */
  ordered_by: string
  chain: 'main' | 'refreshes'
  recorded_at: Date
  sequence: number
  event_id: string
  type: string
  created_at: Date
  next_attempt_at: Date
  attempts: Generated<number>
  /** Why the last attempt was not enough. */
  reason: string | null
  dead_at: Date | null
}

/** How far the trail was appended to a stream in Redis, by its key. */
interface EventStreamRow {
  stream: string
  main_position: number
  refreshes_position: number
}

export interface EventTables {
  outbox: OutboxRow
  ended_sids: EndedSidRow
  webhooks: WebhookRow
  webhook_deliveries: WebhookDeliveryRow
  event_streams: EventStreamRow
}
