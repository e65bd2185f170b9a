import type { Generated, JSONColumnType } from 'kysely'

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

export interface EventTables {
  outbox: OutboxRow
  ended_sids: EndedSidRow
}
