/**
 * The way from a name to a session, for pages and for programs alike: whose turn it is, whether an answer may be looked at,
 * what it is worth, what is still missing. Nothing outside of this room decides that somebody is signed in. Methods are
 * asked by way of their contract; limits, the audit trail, risk and the device are looked after here, for all of them.
 */
import { isDeepStrictEqual } from 'node:util'
import type { Method } from '../methods/method.ts'
import { setOf } from '../methods/recovery-codes/recovery-codes.ts'
import { hasSecondFactor } from '../methods/second-factors.ts'
import { answer } from './answer.ts'
import { type Asking, ask, posed } from './challenges.ts'
import { isMailbox } from './next-step.ts'
import { offer, startOf } from './offer.ts'
import type { SignInState } from './states.ts'
import type { At, Chosen, SignIns, SignInsUse, View } from './types.ts'

export function createSignIns(use: SignInsUse): SignIns {
  return {
    view: (at) => view(use, at),
    name: (at, username, remember) => name(use, at, { proofs: [], username, remember }),
    choose: (at, id) => askBy(use, at, id, { shows: true }),
    challenge: (at, id, connector) => askBy(use, at, id, { shows: false, connector }),
    answer: (at, id, given) => answer(use, at, id, given),
    renew: (at, sub, refreshToken) => renew(use, at, sub, refreshToken),
    restart: (at) =>
      use.states.change(at.id, () => ({ state: { proofs: [], username: '' }, result: undefined }), at.life),
  }
}

/** Whoever has proven something is not another one by a name: that takes `restart`. */
async function name(use: SignInsUse, at: At, named: SignInState): Promise<void> {
  const policy = await use.findPolicy(at.origin.client)
  await use.states.change(
    at.id,
    (state) => {
      const isKept = startOf(state, at, policy).sub !== undefined || isDeepStrictEqual(state, named)
      return { ...(!isKept && { state: named }), result: undefined }
    },
    at.life,
  )
}

async function askBy(use: SignInsUse, at: At, id: string, how: Asking): Promise<Chosen> {
  const offered = await offer(use, at)
  const method = offered.ways.find((way) => way.id === id)
  const isNameless = offered.as === 'first' && (offered.state.username ?? '') === ''
  if (method === undefined || (isNameless && method.identifies !== true)) return { kind: 'not_offered' }
  return ask(use, at, method, offered, how)
}

async function renew(
  use: SignInsUse,
  at: At,
  sub: string,
  refreshToken: string,
): ReturnType<SignIns['renew']> {
  const person = await use.persons.findPersonBySub(sub)
  if (person === undefined) return { kind: 'unmet' }
  const state: SignInState = {
    ...{ proofs: [], sub, epoch: person.account.epoch, refreshToken },
    // Weighed it was already.
    assessed: { risk: 'step_up', rules: [] },
    ...(at.binding !== undefined && { binding: at.binding }),
  }
  await use.states.change(at.id, () => ({ state, result: undefined }), at.life)
  const { ways } = await offer(use, at)
  return ways.length > 0 ? { kind: 'more', methods: ways.map(({ id }) => id) } : { kind: 'unmet' }
}

/** Which page follows a name. What needs no name is no answer to one. */
const beginsWith = (ways: readonly Method[], last: Method | undefined): Method | undefined =>
  last !== undefined && last.identifies !== true ? last : ways.find(({ id }) => id === 'password')

async function view(use: SignInsUse, at: At): Promise<View> {
  const { policy, state, as, person, ways: all, addable, unmet } = await offer(use, at)
  if (unmet) return { step: 'unmet' }
  if (person !== undefined && addable.length > 0)
    return {
      ...{ step: 'enrol', account: person.account, methods: addable.map(({ id }) => id) },
      further: hasSecondFactor(person.credentials),
    }
  if (person !== undefined && all.length === 0 && state.showsCodes === true)
    return { step: 'codes', account: person.account, set: setOf(person.credentials)?.id }
  // By this browser alone, so that every name is offered the same; afterwards the strongest is first.
  const last = as === 'first' ? all.find(({ id }) => id === at.lastMethod) : undefined
  const ways = last === undefined ? all : [last, ...all.filter((way) => way !== last)]
  const ids = (methods: readonly Method[]) => methods.map(({ id }) => id)
  const name: View = {
    ...{ step: 'name', ways: ids(ways.filter(({ identifies }) => identifies)), last: last?.id },
    nameless: ways.every(({ elsewhere }) => elsewhere),
  }
  if (as === 'first' && (state.username ?? '') === '') return name
  const usual = as === 'first' ? beginsWith(ways, last) : undefined
  // What is answered elsewhere has no page.
  const shown = ways.filter(({ elsewhere }) => elsewhere !== true)
  const method = shown.find(({ id }) => id === state.method) ?? usual ?? shown[0]
  if (method === undefined || (as === 'second' && person === undefined)) return name
  const common = {
    method: method.id,
    ways: ids(ways),
    ...posed(state.challenges?.[method.id], method, use.clock.now()),
  }
  return person === undefined
    ? {
        ...{ step: 'first', username: state.username ?? '', remember: state.remember === true, ...common },
        last: last?.id,
      }
    : {
        ...{ step: 'second', account: person.account, ...common },
        trustFor: isMailbox(method) ? 0 : policy.rememberDevice,
      }
}
