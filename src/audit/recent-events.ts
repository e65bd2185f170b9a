/** What the audit trail has of a person, for that person: what happened, from where, by whom. */
import type { EventType } from './catalogue.ts'
import type { AuditRecord } from './record.ts'
import type { TrailRepository, TrailRow } from './trail-repository.ts'

export interface RecentEvent {
  id: string
  type: string
  /** Epoch ms. */
  at: number
  /** Not by the person, nor by an application in their place. */
  byOperator: boolean
  client: string | undefined
  country: string | undefined
  ip: string | undefined
  userAgent: string | undefined
}

export interface RecentEventsFilter {
  types: readonly EventType[]
  /** Epoch ms. */
  since: number
  /** The last of the page before. */
  before: { id: string; at: number } | undefined
  limit: number
}

export type RecentEvents = (subject: string, filter: RecentEventsFilter) => Promise<RecentEvent[]>

/** Newest first. */
export const recentEvents =
  (trail: Pick<TrailRepository, 'newest'>): RecentEvents =>
  async (subject, { before, limit, ...filter }) => {
    const after = before && { id: before.id, time: before.at }
    return (await trail.newest({ ...filter, subject, before: after }, limit)).map(toRecentEvent)
  }

const OPERATORS = new Set(['command', 'apply'])

function toRecentEvent({ id, type, time, client, record, personal }: TrailRow): RecentEvent {
  const { actor = '', country } = JSON.parse(record) as AuditRecord
  const byOperator = OPERATORS.has(actor)
  return { id, type, at: time, byOperator, client, country, ip: personal.ip, userAgent: personal.userAgent }
}
