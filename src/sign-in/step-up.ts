/**
 * What somebody proves whose refresh was odd (docs/risk.md): something that they have, now. Who has nothing of the kind proves
 * what they sign in with, and their mailbox besides: by itself that is not enough, as whoever has the mailbox may have taken
 * the token too. Pure.
 */
import type { Person } from '../accounts/person.ts'
import type { Factor, Method } from '../methods/method.ts'
import type { Methods } from '../methods/registry.ts'
import type { Proof } from './assurance.ts'
import type { NextStep } from './next-step.ts'

/** `methods`: those that may be used. */
export function stepUpAfter(proofs: readonly Proof[], person: Person, methods: Methods): NextStep {
  const open = [...methods.values()].filter(
    (method) => method.ready(person) && proofs.every((proof) => proof.method !== method.id),
  )
  const isProven = (factor: Factor) => proofs.some(({ factors }) => factors.includes(factor))
  const by = (factor: Factor): readonly Method[] => open.filter(({ factors }) => factors.includes(factor))
  if (isProven('possession')) return { kind: 'done' }
  const had = by('possession')
  if (had.length > 0) return { kind: 'more', methods: had }
  if (!isProven('knowledge')) {
    const known = by('knowledge')
    return known.length > 0 ? { kind: 'more', methods: known } : { kind: 'unreachable' }
  }
  const mailboxes = isProven('mailbox') ? [] : by('mailbox')
  return mailboxes.length > 0 ? { kind: 'more', methods: mailboxes } : { kind: 'done' }
}
