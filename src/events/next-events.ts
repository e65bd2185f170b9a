/** The trail as one row of events: its two chains, each in its own order, woven by when they were chained. */
import { CHAINS, type ChainName } from '../audit/catalogue.ts'
import type { TrailRepository, TrailRow } from '../audit/trail-repository.ts'

/** Up to which number of each chain something has come. */
export type Positions = Record<ChainName, number>

export interface NextEvents {
  events: TrailRow[]
  /** Where they end. */
  to: Positions
}

/** At most so many of each chain, behind `from` and up to `heads`; chains that are not asked for are passed over. */
export async function nextEvents(
  trail: Pick<TrailRepository, 'page'>,
  from: Positions,
  heads: Positions,
  { chains, limit }: { chains: readonly ChainName[]; limit: number },
): Promise<NextEvents> {
  const pages = new Map<ChainName, TrailRow[]>()
  for (const chain of chains) {
    const page = heads[chain] > from[chain] ? await trail.page(chain, from[chain], limit) : []
    pages.set(
      chain,
      page.filter(({ sequence }) => sequence <= heads[chain]),
    )
  }
  const events = weave(pages.get('main') ?? [], pages.get('refreshes') ?? [], limit)
  const ends = CHAINS.map((chain) => {
    if (!chains.includes(chain)) return [chain, Math.max(from[chain], heads[chain])]
    return [chain, events.findLast((event) => event.chain === chain)?.sequence ?? from[chain]]
  })
  return { events, to: Object.fromEntries(ends) as Positions }
}

/** Ends where a page that may go on does: what follows in it could belong in between. */
function weave(a: readonly TrailRow[], b: readonly TrailRow[], limit: number): TrailRow[] {
  const woven: TrailRow[] = []
  for (let [i, j] = [0, 0]; ; ) {
    const [left, right] = [a[i], b[j]]
    const cut = (left === undefined && a.length === limit) || (right === undefined && b.length === limit)
    const next = left !== undefined && (right === undefined || isBefore(left, right)) ? left : right
    if (cut || next === undefined) return woven
    woven.push(next)
    if (next === left) i++
    else j++
  }
}

const isBefore = (a: TrailRow, b: TrailRow): boolean =>
  a.recordedAt === b.recordedAt ? a.id < b.id : a.recordedAt < b.recordedAt
