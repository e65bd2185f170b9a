/** The library's models without a grant: sessions, interactions, pushed requests, client tokens. */
import { type Adapter, type AdapterPayload, errors, type KoaContextWithOIDC } from 'oidc-provider'
import type { Artifact, ArtifactStore, JsonObject } from '../../adapters/contract.ts'
import type { Clock } from '../shared/clock.ts'
import type { Found, Handles, Pepper } from './handles.ts'

export interface ArtifactAdapterUse {
  store: ArtifactStore
  handles: Handles
  clock: Clock
  ctx: () => KoaContextWithOIDC | undefined
}

/**
 * Found by their own value only, and full of what is nobody's business (hints, states, raw handles): stored sealed
 * under it.
 */
const SEALED = new Set(['Interaction', 'PushedAuthorizationRequest'])

/** What is found, changed and saved again: it stays where it is, or there would be two of it. */
const SAVED_AGAIN = new Set(['Interaction', 'Session'])

export function createArtifactAdapter(model: string, use: ArtifactAdapterUse): Adapter {
  const { store, handles, clock, ctx } = use
  const loaded = new WeakMap<object, { id: string; under: Pepper }>()

  const close = (under: Pepper, id: string, payload: JsonObject): JsonObject => {
    if (SEALED.has(model)) return { sealed: under.seal(model, id, JSON.stringify(payload)) }
    // The session's `state` holds what proves a sign-out form; a look-up by uid has no need of it.
    const { state, ...rest } = payload
    return state === undefined ? rest : { ...rest, sealed: under.seal(model, id, JSON.stringify(state)) }
  }
  const reveal = (under: Pepper, id: string, payload: JsonObject): JsonObject => {
    const { sealed, ...rest } = payload
    if (typeof sealed !== 'string') return rest
    const inner = JSON.parse(under.open(model, id, sealed)) as JsonObject
    return SEALED.has(model) ? inner : { ...rest, state: inner }
  }
  const look = (id: string): Promise<Found<Artifact> | undefined> =>
    handles.find((under) => store.get(model, under.key(model, id)))
  const placeOf = async (id: string): Promise<Pepper> => {
    const mayBeThere = SAVED_AGAIN.has(model) && handles.peppers().length > 1
    return (mayBeThere ? await look(id) : undefined)?.under ?? handles.inUse()
  }
  const consume = async (id: string): Promise<boolean> => {
    const consumed = await handles.find(
      async (under) => (await store.consume(model, under.key(model, id))) || undefined,
    )
    return consumed !== undefined
  }
  const toPayload = (id: string, found: Artifact, payload: JsonObject): AdapterPayload => {
    const now = Math.floor(clock.now() / 1000)
    return {
      ...(payload as AdapterPayload),
      exp: now + Math.ceil(found.expiresIn / 1000),
      jti: id,
      ...(found.consumedFor === undefined ? {} : { consumed: now }),
    }
  }

  return {
    upsert: async (id, { jti: _, ...payload }, expiresIn = 0) => {
      const request = ctx()
      const known = request && loaded.get(request)
      const again = known?.id === id ? known : undefined
      const under = again?.under ?? (await placeOf(id))
      const artifact = {
        payload: close(under, id, payload as JsonObject),
        expiresIn: expiresIn * 1000,
        ...(model === 'Session' && payload.uid ? { alias: under.key('Session uid', payload.uid) } : {}),
        ...(payload.accountId ? { account: payload.accountId } : {}),
      }
      // A session that was ended since this request loaded it must not come back by being saved.
      if (again !== undefined) await store.replace(model, under.key(model, id), artifact)
      else await store.put(model, under.key(model, id), artifact)
    },
    find: async (id) => {
      const read = await look(id)
      if (read === undefined) return undefined
      const { under, found } = read
      const request = ctx()
      if (model === 'Session' && request !== undefined) loaded.set(request, { id, under })
      return toPayload(id, found, reveal(under, id, found.payload))
    },
    findByUid: async (uid) => {
      const read = await handles.find((under) => store.getByAlias(model, under.key('Session uid', uid)))
      if (read === undefined) return undefined
      // Whoever finds a session by its uid does not know its value: what it is shown as can't be presented.
      const { sealed: _, ...payload } = read.found.payload
      return toPayload(`uid ${uid}`, read.found, payload)
    },
    findByUserCode: async () => undefined,
    consume: async (id) => {
      if (!(await consume(id))) {
        throw new errors.InvalidRequestUri('request_uri is invalid, expired, or was already used')
      }
    },
    destroy: async (id) => {
      // The library finds an interaction and destroys it before it goes on: of two at once only one may.
      if (model === 'Interaction' && !(await consume(id))) {
        throw new errors.SessionNotFound('interaction session not found')
      }
      for (const under of handles.peppers()) await store.destroy(model, under.key(model, id))
    },
    revokeByGrantId: async () => undefined,
  }
}
