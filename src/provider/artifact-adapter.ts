/** The library's models without a grant: sessions, interactions, pushed requests, client tokens. */
import { type Adapter, type AdapterPayload, errors, type KoaContextWithOIDC } from 'oidc-provider'
import type {
  Artifact,
  ArtifactStore,
  JsonObject,
  NewArtifact,
  StoredEvent,
} from '../../adapters/contract.ts'
import type { Clock } from '../shared/clock.ts'
import type { ClientTokens } from './client-tokens.ts'
import { createDatedRecords, type DatedRecordsUse } from './dated-records.ts'
import { type Endings, isSigningOut } from './endings.ts'
import type { Found, Handles, Pepper } from './handles.ts'
import { mergeSession } from './merge-session.ts'
import { copyOf } from './stored-payload.ts'

export interface ArtifactAdapterUse extends DatedRecordsUse {
  store: ArtifactStore
  handles: Handles
  endings: Endings
  clientTokens: ClientTokens
  clock: Clock
  /** Somebody signs out in this request: said where it is never forgotten, before anything is destroyed. */
  onSignOut: (session: string, account: string, event: StoredEvent) => Promise<unknown>
}

/**
 * Found by their own value only, and full of what is nobody's business (hints, states, raw handles): stored sealed
 * under it.
 */
const SEALED = new Set(['Interaction', 'PushedAuthorizationRequest'])

/** What is found, changed and saved again: it stays where it is, or there would be two of it. */
const SAVED_AGAIN = new Set(['Interaction', 'Session'])

/** Redeemed once: one that was made before the store forgot something is refused. */
const SINGLE_USE = new Set(['PushedAuthorizationRequest', 'DeviceCode', 'BackchannelAuthenticationRequest'])

/** Each lost swap means that another request has saved, so a few rounds are always enough. */
const ROUNDS = 10

/** What a request has loaded: the record's place, and what was in it. */
interface Loaded {
  id: string
  under: Pepper
  stored: JsonObject
}

export function createArtifactAdapter(model: string, use: ArtifactAdapterUse): Adapter {
  const { store, handles, endings, clientTokens, clock, ctx, signOns } = use
  const { bornAt, isCurrent } = createDatedRecords(model, use)
  const loaded = new WeakMap<object, Loaded>()

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

  /**
   * Not by `put`: a session that was ended since this request loaded it must not come back by being saved, and what
   * another request has saved meanwhile stays. What is stored from then on.
   */
  const saveLoaded = async (former: Loaded, payload: JsonObject, artifact: NewArtifact) => {
    const { id, under } = former
    const [key, before] = [under.key(model, id), reveal(under, id, former.stored)]
    let expected = former.stored
    let save = artifact
    for (let round = 0; round < ROUNDS; round++) {
      const outcome = await store.replace(model, key, save, expected)
      if (outcome !== 'changed') return save.payload
      const present = await store.get(model, key)
      if (present === undefined) return save.payload
      expected = present.payload
      const merged = mergeSession(before, payload, reveal(under, id, expected))
      save = { ...artifact, payload: close(under, id, merged) }
    }
    throw new Error('a session was saved by too many requests at once')
  }

  return {
    upsert: async (id, { jti: _, ...given }, expiresIn = 0) => {
      const request = ctx()
      const known = request && loaded.get(request)
      const former = known?.id === id ? known : undefined
      const under = former?.under ?? (await placeOf(id))
      const payload = { ...given, ...(await bornAt(given, known?.stored)) }
      const artifact = {
        payload: close(under, id, payload as JsonObject),
        expiresIn: expiresIn * 1000,
        ...(model === 'Session' && payload.uid ? { alias: under.key('Session uid', payload.uid) } : {}),
        ...(payload.accountId ? { account: payload.accountId } : {}),
        ...(SINGLE_USE.has(model) ? { singleUse: true } : {}),
      }
      if (former === undefined) {
        const isIssued = model === 'ClientCredentials' && request !== undefined
        const issued = isIssued ? clientTokens.kept(request, given.scope) : undefined
        return store.put(model, under.key(model, id), artifact, issued)
      }
      former.stored = copyOf(await saveLoaded(former, payload as JsonObject, artifact))
    },
    find: async (id) => {
      const read = await look(id)
      if (read === undefined || !(await isCurrent(read.found.payload))) return undefined
      const { under, found } = read
      const request = ctx()
      if (model === 'Session' && request !== undefined) {
        // A copy: the library changes what it is given, and what it gives.
        loaded.set(request, { id, under, stored: copyOf(found.payload) })
        signOns.remember(request, found.payload)
      }
      return toPayload(id, found, reveal(under, id, found.payload))
    },
    findByUid: async (uid) => {
      const read = await handles.find((under) => store.getByAlias(model, under.key('Session uid', uid)))
      if (read === undefined || !(await isCurrent(read.found.payload))) return undefined
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
      const request = ctx()
      const event = whatEnds(model, endings, request)
      if (model === 'Session' && event !== undefined) {
        const { uid, accountId } = request?.oidc.session ?? {}
        if (uid !== undefined && accountId !== undefined) await use.onSignOut(uid, accountId, event)
      }
      for (const under of handles.peppers()) await store.destroy(model, under.key(model, id), event)
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
