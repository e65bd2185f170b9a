/**
 * Walks a chain from its first kept row to its end and looks whether everything is as it was chained. Rows may be added
 * meanwhile; what is older than its time may be dropped.
 */
import { equalBytes } from '../security/keyed-hash.ts'
import type { ChainName } from './catalogue.ts'
import { hashOf } from './chain.ts'
import type { AuditRecord, Records } from './record.ts'
import type { ChainState, TrailRepository, TrailRow } from './trail-repository.ts'

export interface VerifyUse {
  trail: Pick<TrailRepository, 'chain' | 'page'>
  records: Pick<Records, 'altered'>
}

export type Verdict = { chain: ChainName; first: number; last: number } & (
  | { ok: true; rows: number }
  /** The first place where something is wrong. */
  | { ok: false; sequence: number; id?: string; fault: string }
)

const PAGE = 1000

export async function verifyChain(use: VerifyUse, name: ChainName): Promise<Verdict> {
  const state = await use.trail.chain(name)
  if (state === undefined) return { chain: name, first: 1, last: 0, ok: false, sequence: 0, fault: NO_HEAD }
  const verdict = await walk(use, state)
  if (verdict.ok) return verdict
  const now = await use.trail.chain(name)
  return now !== undefined && now.first > state.first ? verifyChain(use, name) : verdict
}

const NO_HEAD = 'the row that says where the chain ends is gone'

async function walk(use: VerifyUse, state: ChainState): Promise<Verdict> {
  const { chain, first } = state
  let [last, previous, rows] = [first - 1, state.firstPrevious, 0]
  const verdict = () => ({ chain, first, last })
  const broken = (sequence: number, fault: string, id?: string): Verdict => ({
    ...verdict(),
    ok: false,
    sequence,
    ...(id !== undefined && { id }),
    fault,
  })
  if (state.sequence === last && !equalBytes(state.hash, previous)) return broken(last, WRONG_END)
  for (let page: TrailRow[] | undefined; page === undefined || page.length === PAGE; ) {
    page = await use.trail.page(chain, last, PAGE)
    for (const row of page) {
      const fault = faultOf(use, row, last + 1, previous)
      if (fault !== undefined) return broken(Math.min(row.sequence, last + 1), fault, row.id)
      if (row.sequence === state.sequence && !equalBytes(row.hash, state.hash))
        return broken(row.sequence, WRONG_END, row.id)
      ;[last, previous, rows] = [row.sequence, row.hash, rows + 1]
    }
  }
  if (last < state.sequence) return broken(last + 1, `the end is missing: there were ${state.sequence} rows`)
  const end = await use.trail.chain(chain)
  if (end === undefined) return broken(last, NO_HEAD)
  if (end.highest > end.sequence) return broken(end.sequence + 1, 'a row was added behind the end')
  if (end.rows > end.sequence - end.first + 1)
    return broken(end.first, 'there are rows that are not of the chain')
  return { ...verdict(), ok: true, rows }
}

const WRONG_END = 'the end of the chain is not what was chained'

function faultOf(
  { records }: VerifyUse,
  row: TrailRow,
  expected: number,
  previous: Buffer,
): string | undefined {
  if (row.sequence > expected) return 'a row is missing'
  if (row.sequence < expected) return 'a row was put in'
  if (!equalBytes(hashOf(previous, row), row.hash)) return 'the row is not what was chained'
  const record = parse(row.record)
  if (record === undefined) return 'the record can not be read'
  const column = differingColumn(row, record)
  if (column !== undefined) return `the column ${column} is not what was chained`
  const altered = records.altered(record, row.personal)
  return altered.length === 0 ? undefined : `what stands beside the row was changed: ${altered.join(', ')}`
}

const differingColumn = (row: TrailRow, record: AuditRecord): string | undefined =>
  (
    [
      ['id', row.id, record.id],
      ['type', row.type, record.type],
      ['time', row.time, Date.parse(record.time)],
      ['subject', row.subject, record.subject],
      ['client', row.client, record.client],
      ['session', row.session, record.session],
      ['request_id', row.requestId, record.request_id],
    ] as const
  ).find(([, column, recorded]) => column !== recorded)?.[0]

function parse(record: string): AuditRecord | undefined {
  try {
    return JSON.parse(record) as AuditRecord
  } catch {
    return undefined
  }
}
