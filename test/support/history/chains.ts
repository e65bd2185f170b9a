/** L-1 to L-4: what is used once, comes back never, has one successor, and ends in one token. */
import { type Book, found, precedes, ROUNDING } from './book.ts'
import { type Call, refused, succeeded, type Violation } from './evidence.ts'

/** L-1 *Single redemption*: over all nodes and faults one success for each code. */
export function singleRedemption({ uses }: Book): Violation[] {
  return [...uses.values()]
    .filter(([first, second]) => first?.kind === 'redeem' && second !== undefined)
    .map((calls) => found('L-1', `a code was redeemed ${calls.length} times`, ...calls))
}

/** L-2 *No resurrection*: what was consumed or revoked, and said to be, is never good again. */
export function noResurrection(book: Book): Violation[] {
  return [...revivedAfterUse(book), ...revivedAfterRevocation(book)]
}

/** Once the successor is in use, its predecessor is not even repeated. */
function revivedAfterUse(book: Book): Violation[] {
  return refreshes(book).flatMap((again) => {
    const spent = book.uses
      .get(again.output ?? '')
      ?.find((use) => precedes(use, again) && !book.mayBeForgotten(use, again))
    return spent ? [found('L-2', 'a token was good again after its successor’s use', spent, again)] : []
  })
}

/** No store may forget a revocation: it is asked for no excuse. */
function revivedAfterRevocation({ byFamily }: Book): Violation[] {
  return [...byFamily.values()].flatMap((calls) => {
    const ended = calls.find(acknowledgedEnd)
    const alive = ended && calls.find((call) => succeeded(call) && precedes(ended, call))
    return ended && alive ? [found('L-2', 'a revoked family was good again', ended, alive)] : []
  })
}

export const acknowledgedEnd = ({ kind, status = 0 }: Call): boolean =>
  kind === 'revoke' && status >= 200 && status < 300

/** L-3 *One successor*: of one token always the same, and, without a key, within the grace of its first use. */
export function oneSuccessor(book: Book): Violation[] {
  return [...book.uses.values()]
    .filter(([first]) => first?.kind === 'refresh')
    .flatMap((calls) => [...differing(calls), ...tooLate(book, calls)])
}

function differing(calls: readonly Call[]): Violation[] {
  const [first] = calls
  const other = calls.find(({ output }) => output !== first?.output)
  return first && other ? [found('L-3', 'one token was answered with two successors', first, other)] : []
}

function tooLate(book: Book, calls: readonly Call[]): Violation[] {
  const late = calls.flatMap((again) => {
    const first = calls.find((call) => precedes(call, again) && !book.mayBeForgotten(call, again))
    const bound = book.birthOf(book.familyOf(again.input))?.key !== undefined
    if (first === undefined || bound || again.start - first.end <= book.window + ROUNDING) return []
    return [found('L-3', 'a token was repeated after its grace', first, again)]
  })
  return late.slice(0, 1)
}

/** L-4 *No fork*: a family is one chain, of which one token is live. */
export function noFork(book: Book): Violation[] {
  return [...joinedChains(book), ...twoLive(book), ...surplusFamilies(book)]
}

/** A token that two others have led to: two chains have become one, or one has gone in a circle. */
function joinedChains({ calls }: Book): Violation[] {
  const given = Map.groupBy(
    calls.filter((call) => succeeded(call) && call.output !== undefined),
    ({ output }) => output,
  )
  return [...given.values()].flatMap((made) => {
    const [first] = made
    const other = made.find(({ input }) => input !== first?.input)
    return first && other ? [found('L-4', 'two tokens have one successor', first, other)] : []
  })
}

/** Two that are said to be live, while nothing was done to their family. */
function twoLive({ byFamily }: Book): Violation[] {
  return [...byFamily.values()].flatMap((calls) => {
    const live = calls.filter(({ active }) => active === true)
    const [first] = live
    const other = live.find(({ input }) => input !== first?.input)
    if (first === undefined || other === undefined) return []
    const between = { start: Math.min(first.start, other.start), end: Math.max(first.end, other.end) }
    const moved = calls.some(
      (call) => call.kind === 'refresh' && call.start <= between.end && call.end >= between.start,
    )
    return moved ? [] : [found('L-4', 'two tokens of a family are live', first, other)]
  })
}

/** Each redemption that may have gone well has brought one family at most. */
function surplusFamilies({ calls, families }: Book): Violation[] {
  const redeemed = new Set(
    calls.filter((call) => call.kind === 'redeem' && !refused(call)).map(({ input }) => input),
  )
  if (families <= redeemed.size) return []
  return [found('L-4', `the store holds ${families} families of ${redeemed.size} redemptions`)]
}

const refreshes = ({ calls }: Book): Call[] =>
  calls.filter((call) => call.kind === 'refresh' && succeeded(call))
