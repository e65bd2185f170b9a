import type { Generated } from 'kysely'
import type { ChainName } from './catalogue.ts'

/** Recorded with its change, waiting to be chained. The event is JSON as text. */
export interface EventInboxRow {
  id: string
  event: string
  received_at: Generated<Date>
}

/** Where a chain ends, and where what is kept of it begins. */
export interface AuditChainRow {
  chain: ChainName
  sequence: Generated<number>
  hash: Generated<Buffer>
  recorded_at: Generated<Date>
  first_sequence: Generated<number>
  /** The hash that the first kept row follows. */
  first_previous: Generated<Buffer>
}

/** What `record` says, some of it again in columns to look it up by. Never changed. */
export interface AuditEventRow {
  chain: ChainName
  sequence: number
  recorded_at: Date
  id: string
  type: string
  time: Date
  subject: string | null
  client: string | null
  session: string | null
  request_id: string | null
  record: string
  hash: Buffer
}

/** Values that may be erased; the record has their digests. */
export interface AuditPersonalRow {
  chain: ChainName
  recorded_at: Date
  event_id: string
  ip: string | null
  user_agent: string | null
  name: string | null
}

export interface AuditTables {
  event_inbox: EventInboxRow
  audit_chains: AuditChainRow
  audit_events: AuditEventRow
  audit_personal: AuditPersonalRow
}
