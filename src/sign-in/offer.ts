/** Whose turn it is: by what a sign-in has come to so far. */
import { isDeepStrictEqual } from 'node:util'
import { normaliseEmail } from '../accounts/email.ts'
import type { Person } from '../accounts/person.ts'
import type { Method } from '../methods/method.ts'
import { PENDING_LIFE } from '../methods/pending.ts'
import type { Methods } from '../methods/registry.ts'
import type { SignInPolicy } from '../security/sign-in-policy/policy.ts'
import { demandOf } from './demand.ts'
import { type NextStep, nextStep, reachableLevel } from './next-step.ts'
import { EMPTY, type SignInState } from './states.ts'
import { stepUpAfter } from './step-up.ts'
import type { At, SignInsUse } from './types.ts'

export interface Offered {
  /** Of the client that it is for. */
  policy: SignInPolicy
  state: SignInState
  /** Something is kept of the sign-in. */
  isStored: boolean
  as: 'first' | 'second'
  person: Person | undefined
  /** The strongest first. */
  ways: readonly Method[]
  /** What may be added, where nothing else leads on. */
  addable: readonly Method[]
  /** What the client needs, or policy, can't be reached. */
  unmet: boolean
}

export type OfferUse = Pick<SignInsUse, 'states' | 'methods' | 'persons' | 'findPolicy' | 'clock'>

export async function offer(use: OfferUse, at: At): Promise<Offered> {
  const policy = await use.findPolicy(at.origin.client)
  const stored = at.isNew ? undefined : await use.states.read(at.id)
  const state = startOf(stored ?? EMPTY, at, policy)
  const common = { policy, state, isStored: stored !== undefined, addable: [] }
  if (state.sub === undefined) {
    // Before anything is proven every name is offered the same.
    const allowed = [...allowedBy(policy, use.methods).values()]
    const ways = allowed.filter(({ role }) => role === 'first' || role === 'either')
    return { ...common, as: 'first', person: undefined, ways, unmet: ways.length === 0 }
  }
  const person = await use.persons.findPersonBySub(state.sub)
  const next = person && stepAfter(use, policy, state, person, at)
  const adds = next?.kind === 'enrol' || (next?.kind === 'done' && state.showsCodes === true)
  if (person !== undefined && adds && !isFresh(state, use.clock.now())) {
    await askAnew(use, at, { policy, state, person })
    return offer(use, at)
  }
  const ways = next?.kind === 'more' ? next.methods : []
  const addable = next?.kind === 'enrol' ? next.methods : []
  return { ...common, as: 'second', person, ways, addable, unmet: next?.kind === 'unreachable' }
}

/**
 * What a session had proven before, or this sign-in a while ago, is not enough to add a factor by, nor to see its codes: who
 * sits at that browser now may be somebody else.
 */
const isFresh = ({ reused, proofs }: SignInState, now: number): boolean =>
  reused !== true && proofs.every(({ at }) => now - at <= PENDING_LIFE)

/** By who is known already, from their name on. */
const askAnew = (
  { states }: Pick<OfferUse, 'states'>,
  at: At,
  { policy, state, person }: { policy: SignInPolicy; state: SignInState; person: Person },
): Promise<void> =>
  states.change(
    at.id,
    (stored) => ({
      ...(isDeepStrictEqual(startOf(stored, at, policy), state) && {
        state: { proofs: [], username: person.account.email, anew: true, remember: state.remember === true },
      }),
      result: undefined,
    }),
    at.life,
  )

export const allowedBy = ({ methods }: Pick<SignInPolicy, 'methods'>, known: Methods): Methods =>
  new Map([...known].filter(([id]) => methods.includes(id)))

/**
 * Where nothing is there yet, what the session has proven counts, as far as policy lets it be proven that way; what another
 * caller began is nothing.
 */
export function startOf(
  state: SignInState,
  { session, binding }: Pick<At, 'session' | 'binding'>,
  { methods }: Pick<SignInPolicy, 'methods'>,
): SignInState {
  if (state.binding !== undefined && state.binding !== binding) return { proofs: [] }
  const proofs = session?.proofs.filter(({ method }) => methods.includes(method)) ?? []
  return state.username === undefined && state.sub === undefined && session !== undefined && proofs.length > 0
    ? { ...state, sub: session.sub, proofs, reused: true }
    : state
}

export function stepAfter(
  use: Pick<SignInsUse, 'methods'>,
  policy: SignInPolicy,
  { proofs, assessed, trusted = false, refreshToken }: SignInState,
  person: Person,
  { wanted }: At,
): NextStep {
  const methods = allowedBy(policy, use.methods)
  if (refreshToken !== undefined) return stepUpAfter(proofs, person, methods)
  const reachable = reachableLevel(proofs, person, methods)
  const { required, wished } = wanted
  const risk = { risk: assessed?.risk, newDevice: assessed?.device_seen === false }
  const demand = demandOf({ policy, required, wished, ...risk, trusted, reachable })
  return nextStep(proofs, demand, person, methods)
}

export const personNamed = async (
  { persons }: Pick<SignInsUse, 'persons'>,
  username: string,
): Promise<Person | undefined> => {
  const key = normaliseEmail(username)?.key
  return key === undefined ? undefined : persons.findPersonByEmailKey(key)
}
