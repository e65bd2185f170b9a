/**
 * The only file that touches the library's insides (checked against 9.13.3). Each function says what it takes hold of;
 * `internals.test.ts` fails when a new version has moved it.
 */
import type { KoaContextWithOIDC, Provider } from 'oidc-provider'
// The library has no `exports` map: this is the table of a provider's grant handlers and their parameters.
// @ts-expect-error the library publishes no types for its inner files
import instance from 'oidc-provider/lib/helpers/weak_cache.js'

type GrantHandler = Parameters<Provider['registerGrantType']>[1]

interface Inside {
  grantTypeHandlers: Map<string, GrantHandler>
  grantTypeParams: Map<string, Set<string>>
  grantTypeDupes: Map<string, Set<string>>
  responseModes: Map<string, ResponseMode>
}

type ResponseMode = (ctx: KoaContextWithOIDC, redirectUri: string, payload: Record<string, unknown>) => void

/** Puts a handler around the library's own for a grant type, keeping the parameters that it reads. */
export function wrapGrantHandler(
  provider: Provider,
  grantType: string,
  wrap: (original: GrantHandler) => GrantHandler,
): void {
  const inside = (instance as (provider: Provider) => Inside)(provider)
  const original = inside.grantTypeHandlers.get(grantType)
  if (original === undefined) throw new Error(`the library has no handler for ${grantType}`)
  provider.registerGrantType(
    grantType,
    wrap(original),
    inside.grantTypeParams.get(grantType) ?? new Set(),
    inside.grantTypeDupes.get(grantType) ?? new Set(),
  )
}

/** Another way to carry a response; `registerResponseMode` takes none whose name is there already. */
export function replaceResponseMode(provider: Provider, name: string, respond: ResponseMode): void {
  const { responseModes } = (instance as (provider: Provider) => Inside)(provider)
  if (!responseModes.has(name)) throw new Error(`the library has no response mode ${name}`)
  responseModes.set(name, respond)
}

interface TokenModel {
  prototype: { generateTokenId(): string }
}

/**
 * Chooses the value of new tokens of a model: `BaseModel#generateTokenId`, synchronous, called once before a save. The
 * original settles an access token's format on the way; the `jti` of a JWT stays the library's.
 */
export function chooseTokenValues<M>(model: M, choose: (token: { grantId: string }) => string): void {
  const { prototype } = model as TokenModel
  const original = prototype.generateTokenId
  if (typeof original !== 'function') throw new Error('the library names its tokens otherwise now')
  prototype.generateTokenId = function generateTokenId(this: { grantId?: string; format?: string }) {
    const own = original.call(this)
    if (this.format === 'jwt') return own
    if (this.grantId === undefined) throw new Error('a token of a person without a grant')
    return choose({ grantId: this.grantId })
  }
}

/** Compares client secrets: `Client#compareClientSecret`, awaited by the library. */
export function compareClientSecrets(
  provider: Provider,
  compare: (clientId: string, received: string, stored: string) => Promise<boolean>,
): void {
  const { prototype } = provider.Client as unknown as {
    prototype: { compareClientSecret(received: string): boolean | Promise<boolean>; [key: string]: unknown }
  }
  const original = prototype.compareClientSecret
  if (typeof original !== 'function') throw new Error('the library compares secrets otherwise now')
  prototype.compareClientSecret = function compareClientSecret(
    this: { clientId: string; clientSecret: string; secret_storage?: string },
    received: string,
  ) {
    if (this.secret_storage !== 'hashed') return original.call(this, received)
    return compare(this.clientId, received, this.clientSecret)
  }
}

/** Replaces the replay guard of client assertions, find-then-save in the library, by one atomic step. */
export function guardReplays(
  provider: Provider,
  claim: (issuer: string, jti: string, expiresIn: number) => Promise<boolean>,
  now: () => number,
): void {
  provider.ReplayDetection.unique = (issuer: string, jti: string, exp?: number) =>
    claim(issuer, jti, Math.max(1000, (exp ?? 0) * 1000 - now()))
}
