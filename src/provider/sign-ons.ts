import type { KoaContextWithOIDC } from 'oidc-provider'
import type { Json, JsonObject } from '../../adapters/contract.ts'

/** What a session is of, besides its person: carried on to every grant that comes of it. Empty where there is none. */
export interface SignOn {
  device: string
  organization: string
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
})

/** Empty ones are left out. */
export const writeSignOn = ({ device, organization }: SignOn): JsonObject => ({
  ...(device !== '' && { device }),
  ...(organization !== '' && { organization }),
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
