/** The library's models without a grant: sessions, interactions, pushed requests, client tokens. */
import { type Adapter, type AdapterPayload, errors, type KoaContextWithOIDC } from 'oidc-provider'
import type { Artifact, ArtifactStore, JsonObject, StoredEvent } from '../../adapters/contract.ts'
import type { Clock } from '../shared/clock.ts'
import { type Endings, isSigningOut } from './endings.ts'
import type { Handles } from './handles.ts'

export interface ArtifactAdapterUse {
  store: ArtifactStore
  handles: Handles
  endings: Endings
  clock: Clock
  ctx: () => KoaContextWithOIDC | undefined
}

/**
 * Found by their own value only, and full of what is nobody's business (hints, states, raw handles): stored sealed
 * under it.
 */
const SEALED = new Set(['Interaction', 'PushedAuthorizationRequest'])

export function createArtifactAdapter(model: string, use: ArtifactAdapterUse): Adapter {
  const { store, handles, endings, clock, ctx } = use
  const loaded = new WeakMap<object, string>()
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

  return {
    upsert: async (id, { jti: _, ...payload }, expiresIn = 0) => {
      const artifact = {
        payload: close(id, payload as JsonObject),
        expiresIn: expiresIn * 1000,
        ...(model === 'Session' && payload.uid ? { alias: handles.key('Session uid', payload.uid) } : {}),
        ...(payload.accountId ? { account: payload.accountId } : {}),
      }
      // A session that was ended since this request loaded it must not come back by being saved.
      const request = ctx()
      if (request !== undefined && loaded.get(request) === id) await store.replace(model, keyOf(id), artifact)
      else await store.put(model, keyOf(id), artifact)
    },
    find: async (id) => {
      const found = await store.get(model, keyOf(id))
      const request = ctx()
      if (found !== undefined && model === 'Session' && request !== undefined) loaded.set(request, id)
      return found && toPayload(id, found, reveal(id, found.payload))
    },
    findByUid: async (uid) => {
      const found = await store.getByAlias(model, handles.key('Session uid', uid))
      if (found === undefined) return undefined
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
      await store.destroy(model, keyOf(id), whatEnds(model, endings, ctx()))
    },
    revokeByGrantId: async () => undefined,
  }
}

/** A session also goes when it gets another value: that is no end. */
function whatEnds(
  model: string,
  endings: Endings,
  ctx: KoaContextWithOIDC | undefined,
): StoredEvent | undefined {
  if (model === 'Session' && isSigningOut(ctx)) return endings.of(ctx)
  return model === 'ClientCredentials' ? endings.ofToken(ctx) : undefined
}
