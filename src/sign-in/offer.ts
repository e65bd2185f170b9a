/** Whose turn it is: by what a sign-in has come to so far. */
import { normaliseEmail } from '../accounts/email.ts'
import type { Person } from '../accounts/person.ts'
import type { Method } from '../methods/method.ts'
import { levelDemanded } from './demand.ts'
import { type NextStep, nextStep, reachableLevel } from './next-step.ts'
import type { SignInState } from './states.ts'
import type { At, SignInsUse } from './types.ts'

export interface Offered {
  state: SignInState
  as: 'first' | 'second'
  person: Person | undefined
  /** The strongest first. */
  ways: readonly Method[]
  /** What the client needs can't be reached. */
  unmet: boolean
}

type OfferUse = Pick<SignInsUse, 'states' | 'methods' | 'persons'>

export async function offer(use: OfferUse, at: At): Promise<Offered> {
  const state = startOf(await use.states.read(at.id), at)
  if (state.sub === undefined) {
    // Before anything is proven every name is offered the same.
    const ways = [...use.methods.values()].filter(({ role }) => role === 'first' || role === 'either')
    return { state, as: 'first', person: undefined, ways, unmet: false }
  }
  const person = await use.persons.findPersonBySub(state.sub)
  const next = person && stepAfter(use, state, person, at)
  const ways = next?.kind === 'more' ? next.methods : []
  return { state, as: 'second', person, ways, unmet: next?.kind === 'unreachable' }
}

/** Where nothing is there yet, what the session has proven counts; what another caller began is nothing. */
export function startOf(state: SignInState, { session, binding }: At): SignInState {
  if (state.binding !== undefined && state.binding !== binding) return { proofs: [] }
  return state.username === undefined && state.sub === undefined && session !== undefined
    ? { ...state, ...session, reused: true }
    : state
}

export function stepAfter(
  { methods }: Pick<SignInsUse, 'methods'>,
  { proofs, assessed, trusted = false }: SignInState,
  person: Person,
  { wanted }: At,
): NextStep {
  const reachable = reachableLevel(proofs, person, methods)
  const { required, wished } = wanted
  const level = levelDemanded({ required, wished, risk: assessed?.risk, trusted, reachable })
  return nextStep(proofs, level, person, methods)
}

export const personNamed = async (
  { persons }: Pick<SignInsUse, 'persons'>,
  username: string,
): Promise<Person | undefined> => {
  const key = normaliseEmail(username)?.key
  return key === undefined ? undefined : persons.findPersonByEmailKey(key)
}
