/** The library's models without a grant: sessions, interactions, pushed requests, client tokens. */
import { type Adapter, type AdapterPayload, errors, type KoaContextWithOIDC } from 'oidc-provider'
import type { Artifact, ArtifactStore, JsonObject, NewArtifact } from '../../adapters/contract.ts'
import type { Clock } from '../shared/clock.ts'
import type { Epochs, Owner } from './epochs.ts'
import type { Handles } from './handles.ts'
import { mergeSession } from './merge-session.ts'

export interface ArtifactAdapterUse {
  store: ArtifactStore
  handles: Handles
  clock: Clock
  ctx: () => KoaContextWithOIDC | undefined
  epochs: Epochs
}

/**
 * Found by their own value only, and full of what is nobody's business (hints, states, raw handles): stored sealed
 * under it.
 */
const SEALED = new Set(['Interaction', 'PushedAuthorizationRequest'])

/** What lasts, and ends with everything of its person or its client. */
const DATED = new Set(['Session', 'ClientCredentials'])

/** Each lost swap means that another request has saved, so a few rounds are always enough. */
const ROUNDS = 10

export function createArtifactAdapter(model: string, use: ArtifactAdapterUse): Adapter {
  const { store, handles, clock, ctx, epochs } = use
  const loaded = new WeakMap<object, { id: string; stored: JsonObject }>()
  const keyOf = (id: string): string => handles.key(model, id)

  const close = (id: string, payload: JsonObject): JsonObject => {
    if (SEALED.has(model)) return { sealed: handles.seal(model, id, JSON.stringify(payload)) }
    // The session's `state` holds what proves a sign-out form; a look-up by uid has no need of it.
    const { state, ...rest } = payload
    return state === undefined ? rest : { ...rest, sealed: handles.seal(model, id, JSON.stringify(state)) }
  }
  const reveal = (id: string, payload: JsonObject): JsonObject => {
    const { sealed, ...rest } = payload
    if (typeof sealed !== 'string') return rest
    const inner = JSON.parse(handles.open(model, id, sealed)) as JsonObject
    return SEALED.has(model) ? inner : { ...rest, state: inner }
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

  const ownerOf = ({ accountId, clientId }: { accountId?: unknown; clientId?: unknown }): Owner => ({
    account: typeof accountId === 'string' ? accountId : undefined,
    client: typeof clientId === 'string' ? clientId : undefined,
  })
  /** A session that is saved again is no younger than it was, unless somebody has signed in in it. */
  const bornAt = async (payload: AdapterPayload, former: JsonObject | undefined) => {
    if (!DATED.has(model)) return {}
    if (former !== undefined && former['accountId'] === payload.accountId) return { epochs: former['epochs'] }
    return { epochs: await epochs.now(ownerOf(payload)) }
  }
  const isCurrent = async (payload: JsonObject): Promise<boolean> =>
    !DATED.has(model) || epochs.isCurrent(ownerOf(payload), payload['epochs'])

  /**
   * Not by `put`: a session that was ended since this request loaded it must not come back by being saved, and what
   * another request has saved meanwhile stays. What is stored from then on.
   */
  const saveLoaded = async (id: string, former: JsonObject, payload: JsonObject, artifact: NewArtifact) => {
    const before = reveal(id, former)
    let expected = former
    let save = artifact
    for (let round = 0; round < ROUNDS; round++) {
      const outcome = await store.replace(model, keyOf(id), save, expected)
      if (outcome !== 'changed') return save.payload
      const present = await store.get(model, keyOf(id))
      if (present === undefined) return save.payload
      expected = present.payload
      save = { ...artifact, payload: close(id, mergeSession(before, payload, reveal(id, expected))) }
    }
    throw new Error('a session was saved by too many requests at once')
  }

  return {
    upsert: async (id, { jti: _, ...given }, expiresIn = 0) => {
      const request = ctx()
      const former = request && loaded.get(request)
      const payload = { ...given, ...(await bornAt(given, former?.id === id ? former.stored : undefined)) }
      const artifact = {
        payload: close(id, payload as JsonObject),
        expiresIn: expiresIn * 1000,
        ...(model === 'Session' && payload.uid ? { alias: handles.key('Session uid', payload.uid) } : {}),
        ...(payload.accountId ? { account: payload.accountId } : {}),
      }
      if (former?.id !== id) return store.put(model, keyOf(id), artifact)
      former.stored = structuredClone(await saveLoaded(id, former.stored, payload as JsonObject, artifact))
    },
    find: async (id) => {
      const found = await store.get(model, keyOf(id))
      if (found !== undefined && !(await isCurrent(found.payload))) return undefined
      const request = ctx()
      if (found !== undefined && model === 'Session' && request !== undefined) {
        // A copy: the library changes what it is given, and what it gives.
        loaded.set(request, { id, stored: structuredClone(found.payload) })
      }
      return found && toPayload(id, found, reveal(id, found.payload))
    },
    findByUid: async (uid) => {
      const found = await store.getByAlias(model, handles.key('Session uid', uid))
      if (found === undefined || !(await isCurrent(found.payload))) return undefined
      // Whoever finds a session by its uid does not know its value: what it is shown as can't be presented.
      const { sealed: _, ...payload } = found.payload
      return toPayload(`uid ${uid}`, found, payload)
    },
    findByUserCode: async () => undefined,
    consume: async (id) => {
      if (!(await store.consume(model, keyOf(id)))) {
        throw new errors.InvalidRequestUri('request_uri is invalid, expired, or was already used')
      }
    },
    destroy: async (id) => {
      // The library finds an interaction and destroys it before it goes on: of two at once only one may.
      if (model === 'Interaction' && !(await store.consume(model, keyOf(id)))) {
        throw new errors.SessionNotFound('interaction session not found')
      }
      await store.destroy(model, keyOf(id))
    },
    revokeByGrantId: async () => undefined,
  }
}
