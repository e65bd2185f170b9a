/** L-12 *Audit is total*: a change has one event, an event its change, and the chain is whole. */
import { type Book, found, touches } from './book.ts'
import { acknowledgedEnd } from './chains.ts'
import { type Call, refused, succeeded, type TrailEvent, type Violation } from './evidence.ts'

const OF = { refresh: 'token.refreshed', redeem: 'token.issued' } as const
const ENDINGS = new Set(['grant.revoked', 'session.ended', 'token.reuse_detected'])

export function auditIsTotal(book: Book): Violation[] {
  const told = Map.groupBy(book.trail, ({ requestId }) => requestId)
  return [
    ...changesWithoutEvent(book, told),
    ...eventsWithoutChange(book),
    ...endsWithoutEvent(book, told),
    ...gaps(book),
    ...(book.chainHolds ? [] : [found('L-12', 'the chain does not verify')]),
  ]
}

const count = (told: Map<string, TrailEvent[]>, { id }: Call, type: string): number =>
  told.get(id)?.filter((event) => event.type === type).length ?? 0

const isLost = ({ forgotten }: Book, call: Call): boolean => forgotten.some((span) => touches(call, span))

function changesWithoutEvent(book: Book, told: Map<string, TrailEvent[]>): Violation[] {
  return book.calls.flatMap((call) => {
    if (call.kind !== 'refresh' && call.kind !== 'redeem') return []
    const events = count(told, call, OF[call.kind])
    const least = succeeded(call) && !isLost(book, call) ? 1 : 0
    // Of an answer that was lost, or a store that was not heard, nobody knows what became.
    const most = refused(call) ? 0 : 1
    if (events >= least && events <= most) return []
    return [found('L-12', `${call.kind} (${call.status}) has ${events} events`, call)]
  })
}

function eventsWithoutChange({ calls, trail }: Book): Violation[] {
  const known = new Map(calls.map((call) => [call.id, call.kind]))
  return trail
    .filter(({ type, requestId }) => {
      if (type === OF.refresh) return known.get(requestId) !== 'refresh'
      return type === OF.redeem && known.get(requestId) !== 'redeem'
    })
    .map(({ type, requestId }) => found('L-12', `${type} of ${requestId}, which nobody has asked for`))
}

/** Of several requests that end one family, one has found it: unless Redis has forgotten that it was born. */
function endsWithoutEvent(book: Book, told: Map<string, TrailEvent[]>): Violation[] {
  return [...Map.groupBy(book.calls, ({ session }) => session).values()].flatMap((calls) => {
    const ended = calls.find(
      (call) => acknowledgedEnd(call) && !isLost(book, call) && !isForgotten(book, call),
    )
    const isTold = calls.some(({ id }) => told.get(id)?.some(({ type }) => ENDINGS.has(type)))
    return ended === undefined || isTold ? [] : [found('L-12', 'a revocation has no event', ended)]
  })
}

function isForgotten(book: Book, ended: Call): boolean {
  const birth = book.birthOf(book.familyOf(ended.input))
  return birth !== undefined && book.mayBeForgotten(birth, ended)
}

function gaps({ trail }: Book): Violation[] {
  return [...Map.groupBy(trail, ({ chain }) => chain)].flatMap(([chain, events]) => {
    const numbers = events.map(({ sequence }) => sequence).toSorted((a, b) => a - b)
    const at = numbers.findIndex((number, n) => n > 0 && number !== (numbers[n - 1] ?? 0) + 1)
    return at < 0 ? [] : [found('L-12', `the chain ${chain} goes from ${numbers[at - 1]} to ${numbers[at]}`)]
  })
}
