import type { KoaContextWithOIDC } from 'oidc-provider'
import type { ArtifactStore, Json, JsonObject } from '../../adapters/contract.ts'
import type { Proof } from '../sign-in/assurance.ts'
import type { Handles } from './handles.ts'

/** What a session is of, besides its person: carried on to every grant that comes of it. Empty where there is none. */
export interface SignOn {
  device: string
  organization: string
  /** By what its person proved to be it. */
  proofs?: Proof[]
}

/** What the request's session is of: from the sign-in that this request completes, or as it was stored. */
export interface SignOns {
  of(ctx: KoaContextWithOIDC | undefined): SignOn
  remember(ctx: KoaContextWithOIDC, stored: JsonObject): void
}

const NONE: SignOn = { device: '', organization: '' }
const textOf = (value: Json | undefined): string => (typeof value === 'string' ? value : '')

export const signOnIn = (stored: JsonObject): SignOn => ({
  device: textOf(stored['device']),
  organization: textOf(stored['organization']),
  ...(Array.isArray(stored['proofs']) && { proofs: stored['proofs'] as unknown as Proof[] }),
})

/** Empty ones are left out. */
export const writeSignOn = ({ device, organization, proofs }: SignOn): JsonObject => ({
  ...(device !== '' && { device }),
  ...(organization !== '' && { organization }),
  ...(proofs !== undefined && { proofs: proofs as unknown as Json }),
})

export function createSignOns(): SignOns {
  const known = new WeakMap<object, SignOn>()
  return {
    of: (ctx) => {
      if (ctx === undefined) return NONE
      const login = signInOf(ctx)
      return login === undefined ? (known.get(ctx) ?? NONE) : signOnIn(login)
    },
    remember: (ctx, stored) => void known.set(ctx, signOnIn(stored)),
  }
}

/** The facts of a sign-in that this request completes: what our own step has told (`interaction/journey.ts`). */
export const signInOf = ({ oidc }: KoaContextWithOIDC): JsonObject | undefined =>
  oidc.result?.['login'] as JsonObject | undefined

/** By what the person of a session proved to be it, for a step that adds to that. */
export const createFindProofs =
  (store: Pick<ArtifactStore, 'getByAlias'>, handles: Pick<Handles, 'find'>) =>
  async (uid: string): Promise<Proof[]> => {
    const read = await handles.find((under) => store.getByAlias('Session', under.key('Session uid', uid)))
    return (read && signOnIn(read.found.payload).proofs) ?? []
  }
