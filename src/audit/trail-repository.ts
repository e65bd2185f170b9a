/** The audit trail, to be read: it is changed by nobody, and added to by `chain-repository.ts`. */
import { type Kysely, sql } from 'kysely'
import type { Database } from '../schema.ts'
import type { ChainName } from './catalogue.ts'
import type { ChainHead, Link } from './chain.ts'
import type { Personal } from './record.ts'
import type { AuditEventRow } from './rows.ts'

export interface TrailRow extends Link {
  id: string
  /** What is looked up by: the record says it too. */
  type: string
  time: number
  subject: string | undefined
  client: string | undefined
  session: string | undefined
  requestId: string | undefined
  /** What is left of it. */
  personal: Personal
}

/** A chain from its first kept row to its end, and how many rows really are there, all seen at one moment. */
export interface ChainState extends ChainHead {
  first: number
  firstPrevious: Buffer
  rows: number
  highest: number
}

export interface TrailFilter {
  type?: string | undefined
  /** Any of these. */
  types?: readonly string[] | undefined
  subject?: string | undefined
  session?: string | undefined
  requestId?: string | undefined
  /** Epoch ms, of the event. */
  since?: number | undefined
  until?: number | undefined
  /** What comes after this one in the order of the newest. */
  before?: Pick<TrailRow, 'time' | 'id'> | undefined
}

export interface TrailRepository {
  chain(name: ChainName): Promise<ChainState | undefined>
  /** The number of the last row of each chain, seen at one moment. */
  heads(): Promise<Record<ChainName, number>>
  /** In the order of the chain, after a sequence number. */
  page(chain: ChainName, after: number, limit: number, filter?: TrailFilter): Promise<TrailRow[]>
  /** The newest that fit, newest first. */
  newest(filter: TrailFilter, limit: number): Promise<TrailRow[]>
}

export function createTrailRepository(db: Kysely<Database>): TrailRepository {
  const matching = ({ type, types, subject, session, requestId, since, until, before }: TrailFilter) =>
    db
      .selectFrom('audit_events as e')
      .leftJoin('audit_personal as p', (join) =>
        join
          .onRef('p.chain', '=', 'e.chain')
          .onRef('p.recorded_at', '=', 'e.recorded_at')
          .onRef('p.event_id', '=', 'e.id'),
      )
      .selectAll('e')
      .select(['p.ip', 'p.user_agent', 'p.name'])
      .$if(type !== undefined, (q) => q.where('e.type', '=', type ?? ''))
      .$if(types !== undefined, (q) => q.where('e.type', 'in', [...(types ?? [])]))
      .$if(subject !== undefined, (q) => q.where('e.subject', '=', subject ?? ''))
      .$if(session !== undefined, (q) => q.where('e.session', '=', session ?? ''))
      .$if(requestId !== undefined, (q) => q.where('e.request_id', '=', requestId ?? ''))
      .$if(since !== undefined, (q) => q.where('e.time', '>=', new Date(since ?? 0)))
      .$if(until !== undefined, (q) => q.where('e.time', '<', new Date(until ?? 0)))
      .$if(before !== undefined, (q) =>
        q.where(({ eb, refTuple, tuple }) =>
          eb(refTuple('e.time', 'e.id'), '<', tuple(new Date(before?.time ?? 0), before?.id ?? '')),
        ),
      )
  return {
    chain: async (name) => {
      const row = await db
        .selectFrom('audit_chains as c')
        .selectAll('c')
        .select(sql<number>`(select count(*) from audit_events e where e.chain = c.chain)`.as('rows'))
        .select(
          sql<number>`(select coalesce(max(sequence), 0) from audit_events e where e.chain = c.chain)`.as(
            'highest',
          ),
        )
        .where('c.chain', '=', name)
        .executeTakeFirst()
      if (row === undefined) return undefined
      const { chain, sequence, hash, rows, highest } = row
      const kept = { first: row.first_sequence, firstPrevious: row.first_previous }
      return { chain, sequence, hash, rows, highest, ...kept }
    },
    heads: async () => {
      const rows = await db.selectFrom('audit_chains').select(['chain', 'sequence']).execute()
      const heads = new Map(rows.map(({ chain, sequence }) => [chain, sequence]))
      return { main: heads.get('main') ?? 0, refreshes: heads.get('refreshes') ?? 0 }
    },
    page: async (chain, after, limit, filter = {}) => {
      const rows = await matching(filter)
        .where('e.chain', '=', chain)
        .where('e.sequence', '>', after)
        .orderBy('e.sequence')
        .limit(limit)
        .execute()
      return rows.map(toTrailRow)
    },
    newest: async (filter, limit) => {
      const rows = await matching(filter)
        .orderBy('e.time', 'desc')
        .orderBy('e.id', 'desc')
        .limit(limit)
        .execute()
      return rows.map(toTrailRow)
    },
  }
}

type Joined = AuditEventRow & { [Column in 'ip' | 'user_agent' | 'name']: string | null }

const toTrailRow = (row: Joined): TrailRow => ({
  chain: row.chain,
  sequence: row.sequence,
  recordedAt: row.recorded_at.getTime(),
  record: row.record,
  hash: row.hash,
  id: row.id,
  type: row.type,
  time: row.time.getTime(),
  subject: row.subject ?? undefined,
  client: row.client ?? undefined,
  session: row.session ?? undefined,
  requestId: row.request_id ?? undefined,
  personal: {
    ...(row.ip !== null && { ip: row.ip }),
    ...(row.user_agent !== null && { userAgent: row.user_agent }),
    ...(row.name !== null && { name: row.name }),
  },
})
