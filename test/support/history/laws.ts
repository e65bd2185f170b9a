/**
 * The history checker. It is pure: from what clients saw, what the store holds and what the audit trail says it proves
 * the laws, or names the calls that break them. It claims only what must be so, whatever the order in which calls that
 * overlap were looked at: a slow machine makes it see less, never something that is not there.
 */
import { type Book, open } from './book.ts'
import { noFork, noResurrection, oneSuccessor, singleRedemption } from './chains.ts'
import type { Evidence, Violation } from './evidence.ts'
import { bindingHolds, honestLive, isTheft, reuseKills, revocationIsComplete } from './parties.ts'
import { auditIsTotal } from './trail-law.ts'

const LAWS: readonly ((book: Book) => Violation[])[] = [
  singleRedemption,
  noResurrection,
  oneSuccessor,
  noFork,
  reuseKills,
  honestLive,
  revocationIsComplete,
  bindingHolds,
  auditIsTotal,
]

export function violationsIn(evidence: Evidence): Violation[] {
  const book = open(evidence)
  return LAWS.flatMap((law) => law(book))
}

/** Sessions of which a thief had all that it takes, and those of them that were told of. */
export function theftsIn(evidence: Evidence): { stolen: string[]; found: string[] } {
  const book = open(evidence)
  const alarms = new Set(
    book.trail.filter(({ type }) => type === 'token.reuse_detected').map(({ requestId }) => requestId),
  )
  const told = new Set(book.calls.filter(({ id }) => alarms.has(id)).map(({ session }) => session))
  const stolen = new Set(book.calls.filter((call) => isTheft(book, call)).map(({ session }) => session))
  return { stolen: [...stolen], found: [...stolen].filter((session) => told.has(session)) }
}
