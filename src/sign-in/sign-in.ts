/**
 * The way from a name to a session, for pages and for programs alike: whose turn it is, whether an answer may be looked at,
 * what it is worth, what is still missing. Nothing outside of this room decides that somebody is signed in. Methods are
 * asked by way of their contract; limits, the audit trail, risk and the device are looked after here, for all of them.
 */
import { isDeepStrictEqual } from 'node:util'
import { answer } from './answer.ts'
import { ask } from './challenges.ts'
import { isMailbox } from './next-step.ts'
import { offer, personNamed } from './offer.ts'
import type { At, SignIns, SignInsUse, View } from './types.ts'

export function createSignIns(use: SignInsUse): SignIns {
  return {
    view: (at) => view(use, at),
    name: (at, username, remember) =>
      use.states.change(
        at.id,
        (state) => {
          const named = { proofs: [], username, remember }
          return { ...(!isDeepStrictEqual(state, named) && { state: named }), result: undefined }
        },
        at.life,
      ),
    choose: async (at, id) => {
      const { state, as, person, ways } = await offer(use, at)
      const method = ways.find((way) => way.id === id)
      if (method === undefined) return 'not_offered'
      const name = state.username ?? ''
      const named = as === 'first' ? await personNamed(use, name) : person
      const asked = await ask(use, at, method, { person: named, name, as, origin: at.origin })
      return asked ? 'chosen' : 'unavailable'
    },
    answer: (at, id, given) => answer(use, at, id, given),
    restart: (at) =>
      use.states.change(at.id, () => ({ state: { proofs: [], username: '' }, result: undefined }), at.life),
  }
}

async function view(use: SignInsUse, at: At): Promise<View> {
  const { policy, state, as, person, ways, unmet } = await offer(use, at)
  if (unmet) return { step: 'unmet' }
  if (as === 'first' && (state.username ?? '') === '') return { step: 'name' }
  const chosen = ways.find(({ id }) => id === state.method)
  const method = chosen ?? (as === 'first' ? ways.find(({ id }) => id === 'password') : ways[0])
  if (method === undefined || (as === 'second' && person === undefined)) return { step: 'name' }
  const common = {
    method: method.id,
    ways: ways.map(({ id }) => id),
    challenge: state.challenge?.method === method.id ? state.challenge.shown : undefined,
  }
  return person === undefined
    ? { step: 'first', username: state.username ?? '', remember: state.remember === true, ...common }
    : {
        ...{ step: 'second', account: person.account, ...common },
        trustFor: isMailbox(method) ? 0 : policy.rememberDevice,
      }
}
