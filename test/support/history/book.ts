/** The calls of a run, put in order by what was presented and what came of it. */
import { type Call, type Evidence, type Forgotten, succeeded } from './evidence.ts'

export interface Book extends Evidence {
  /** Successes by what they presented, in the order of their ends. */
  uses: ReadonlyMap<string, readonly Call[]>
  /** All calls but redemptions by the family of what they presented. */
  byFamily: ReadonlyMap<string, readonly Call[]>
  /** A token's family, by the name of its first token. */
  familyOf: (token: string) => string
  /** The redemption that began a family. */
  birthOf: (family: string) => Call | undefined
  /** Whether what `earlier` has changed may have been forgotten when `later` was looked at. */
  mayBeForgotten: (earlier: Call, later: Call) => boolean
}

/** Stores round their time to the millisecond, and so do those who call. */
export const ROUNDING = 5

export function open(evidence: Evidence): Book {
  const calls = evidence.calls.toSorted((a, b) => a.end - b.end)
  const uses = Map.groupBy(calls.filter(succeeded), ({ input }) => input)
  const origin = new Map<string, Call>()
  for (const call of calls)
    if (succeeded(call) && call.output !== undefined && !origin.has(call.output))
      origin.set(call.output, call)
  const known = new Map<string, string>()
  const familyOf = (token: string): string => {
    const way: string[] = []
    let at = token
    for (let from = origin.get(at); from?.kind === 'refresh'; from = origin.get(at)) {
      // A chain that bites its own tail is a fork, which has a law of its own.
      if (known.has(at) || way.includes(at)) break
      way.push(at)
      at = from.input
    }
    const family = known.get(at) ?? at
    for (const one of [...way, at]) known.set(one, family)
    return family
  }
  return {
    ...evidence,
    calls,
    uses,
    byFamily: Map.groupBy(
      calls.filter(({ kind }) => kind !== 'redeem'),
      ({ input }) => familyOf(input),
    ),
    familyOf,
    birthOf: (family) => {
      const birth = origin.get(family)
      return birth?.kind === 'redeem' ? birth : undefined
    },
    mayBeForgotten: (earlier, later) =>
      evidence.forgotten.some((span) => touches(earlier, span) && later.end > span.to),
  }
}

/** Whether a call may have been looked at in such a time. */
export const touches = (call: Call, { from, to }: Forgotten): boolean => call.start <= to && call.end >= from

/** Whether one was over before the other began, whatever their clocks round away. */
export const precedes = (earlier: Call, later: Call): boolean => earlier.end + ROUNDING < later.start

/** Where a law has found something: what, and which calls show it. */
export const found = (law: string, says: string, ...calls: readonly Call[]) => ({
  law,
  says,
  calls: calls.map(({ id }) => id),
})
