/** What a sign-in still needs, from what was proven and what is demanded. Pure. */
import type { Person } from '../accounts/person.ts'
import type { Method } from '../methods/method.ts'
import type { Methods } from '../methods/registry.ts'
import { hasSecondFactor } from '../methods/second-factors.ts'
import { type Level, reaches } from '../security/sign-in-policy/levels.ts'
import { levelOf, type Proof } from './assurance.ts'
import type { Demand } from './demand.ts'

export type NextStep =
  | { kind: 'done' }
  /** One of these, the strongest first. Never empty. */
  | { kind: 'more'; methods: readonly Method[] }
  /** What this person has is not enough, and they may add one of these now, the strongest first. Never empty. */
  | { kind: 'enrol'; methods: readonly Method[] }
  /** This person has nothing by which the level could be reached. */
  | { kind: 'unreachable' }

/** `methods`: those that may be used. */
export function nextStep(
  proofs: readonly Proof[],
  { level, mailbox }: Demand,
  person: Person,
  methods: Methods,
): NextStep {
  const open = readyMethods(person, methods).filter(({ id }) => proofs.every(({ method }) => method !== id))
  const mailboxes = open.filter(isMailbox)
  if (mailbox && mailboxes.length > 0 && !proofs.some(isMailbox)) return { kind: 'more', methods: mailboxes }
  if (proofs.length > 0 && reaches(levelOf(proofs), level)) return { kind: 'done' }
  const helps = (method: Method): boolean => reaches(levelOf([...proofs, method]), level)
  const helpful = open.filter(helps)
  if (helpful.length > 0) return { kind: 'more', methods: helpful }
  const added = [...methods.values()].filter((method) => method.enrolment !== undefined && helps(method))
  if (proofs.length === 0 || added.length === 0) return { kind: 'unreachable' }
  // Whoever has a factor adds no other one before that was proven (docs/decisions/0027).
  const proves = (more: readonly Method[]): boolean => reaches(levelOf([...proofs, ...more]), '2fa')
  if (!hasSecondFactor(person.credentials) || proves([])) return { kind: 'enrol', methods: added }
  const proving = open.filter((method) => proves([method]))
  return proving.length > 0 ? { kind: 'more', methods: proving } : { kind: 'unreachable' }
}

export const isMailbox = ({ factors }: Pick<Method, 'factors'>): boolean => factors.includes('mailbox')

const readyMethods = (person: Person, methods: Methods): Method[] =>
  [...methods.values()].filter((method) => method.role !== 'first' && method.ready(person))

/** The best that this person can do after these proofs. */
export function reachableLevel(proofs: readonly Proof[], person: Person, methods: Methods): Level {
  const ready = readyMethods(person, methods)
  const levels = [levelOf(proofs), ...ready.map((method) => levelOf([...proofs, method]))]
  return levels.reduce((best, level) => (reaches(level, best) ? level : best))
}

/** Whether it can be reached by all that this person has. */
export const canReach = (level: Level, person: Person, methods: Methods): boolean => {
  const ready = [...methods.values()].filter((method) => method.ready(person))
  return reaches(levelOf(ready), level)
}
