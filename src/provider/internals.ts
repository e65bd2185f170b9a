/**
 * The only file that touches the library's insides (checked against 9.13.3). Each function says what it takes hold of;
 * `internals.test.ts` fails when a new version has moved it.
 */
import type { AsyncLocalStorage } from 'node:async_hooks'
import { errors, type KoaContextWithOIDC, type Provider } from 'oidc-provider'
// The library has no `exports` map: how it makes nonces and reads a DPoP proof, and the tables of a provider.
// @ts-expect-error the library publishes no types for its inner files
import als from 'oidc-provider/lib/helpers/als.js'
// @ts-expect-error the library publishes no types for its inner files
import ServerChallenge from 'oidc-provider/lib/helpers/challenge.js'
// @ts-expect-error the library publishes no types for its inner files
import validateProof from 'oidc-provider/lib/helpers/validate_dpop.js'
// @ts-expect-error the library publishes no types for its inner files
import instance from 'oidc-provider/lib/helpers/weak_cache.js'
// @ts-expect-error the library publishes no types for its inner files
import * as accessTokens from 'oidc-provider/lib/shared/access_token.js'
// @ts-expect-error the library publishes no types for its inner files
import assembleParams from 'oidc-provider/lib/shared/assemble_params.js'
// @ts-expect-error the library publishes no types for its inner files
import clientAuth, { getClientAuthParams } from 'oidc-provider/lib/shared/client_auth.js'
// @ts-expect-error the library publishes no types for its inner files
import handleErrors from 'oidc-provider/lib/shared/error_handler.js'
// @ts-expect-error the library publishes no types for its inner files
import noCache from 'oidc-provider/lib/shared/no_cache.js'
// @ts-expect-error the library publishes no types for its inner files
import { urlencoded } from 'oidc-provider/lib/shared/selective_body.js'

type GrantHandler = Parameters<Provider['registerGrantType']>[1]

interface Inside {
  grantTypeHandlers: Map<string, GrantHandler>
  grantTypeParams: Map<string, Set<string>>
  grantTypeDupes: Map<string, Set<string>>
  responseModes: Map<string, ResponseMode>
  DPoPNonces: Nonces | undefined
  router: { post(name: string, path: string, ...steps: Step[]): void }
}

type Step = (ctx: KoaContextWithOIDC, next: () => Promise<void>) => unknown

interface Nonces {
  nextChallenge(): string
  checkChallenge(nonce: string): boolean
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
 * Chooses the value of new tokens of a model, or the `jti` of a JWT: `BaseModel#generateTokenId`, synchronous, called
 * once before a save. The original settles an access token's format on the way.
 */
export function chooseTokenValues<M>(model: M, choose: (token: { grantId: string }) => string): void {
  const { prototype } = model as TokenModel
  const original = prototype.generateTokenId
  if (typeof original !== 'function') throw new Error('the library names its tokens otherwise now')
  prototype.generateTokenId = function generateTokenId(this: { grantId?: string }) {
    original.call(this)
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

/**
 * Thumbprint of the key that signed the request's DPoP proof: `validateDpop`, which keeps what it found. Undefined without
 * a proof; rejects for a bad one. Only behind the library's own check.
 */
export async function provenKey(ctx: KoaContextWithOIDC): Promise<string | undefined> {
  const validate = validateProof as (
    provider: Provider,
    ctx: KoaContextWithOIDC,
  ) => Promise<{ thumbprint: string } | undefined>
  return (await validate(ctx.oidc.provider, ctx))?.thumbprint
}

/** Nonces (RFC 9449 §8) by secrets that change, 32 bytes each, the one in use first: the library has one for its life. */
export function chooseNonces(provider: Provider, secrets: () => readonly { readonly key: Buffer }[]): void {
  const inside = (instance as (provider: Provider) => Inside)(provider)
  if (typeof inside.DPoPNonces?.nextChallenge !== 'function')
    throw new Error('the library makes nonces otherwise now')
  const made = new WeakMap<Buffer, Nonces>()
  const noncesOf = ({ key }: { readonly key: Buffer }): Nonces => {
    const nonces =
      made.get(key) ?? new (ServerChallenge as new (secret: Buffer, info: string) => Nonces)(key, 'DPoP')
    made.set(key, nonces)
    return nonces
  }
  inside.DPoPNonces = {
    nextChallenge: () => {
      const [first] = secrets()
      if (first === undefined) throw new Error('there is no secret to make a nonce with')
      return noncesOf(first).nextChallenge()
    },
    checkChallenge: (nonce) => secrets().some((secret) => noncesOf(secret).checkChallenge(nonce)),
  }
}

/** Puts a nonce that is good now into the answer, as `validateDpop` does. */
export function offerNonce(ctx: KoaContextWithOIDC): void {
  const { DPoPNonces } = (instance as (provider: Provider) => Inside)(ctx.oidc.provider)
  if (DPoPNonces !== undefined) ctx.set('dpop-nonce', DPoPNonces.nextChallenge())
}

/**
 * Another address for requests that stand for one elsewhere: a proof names the address that its maker called (RFC 9449
 * §4.3). `OIDCContext#urlFor`, synchronous; it names endpoints in answers too, of which such requests have none.
 */
export function nameAddresses(
  provider: Provider,
  addressOf: (ctx: KoaContextWithOIDC) => string | undefined,
): void {
  const { prototype } = provider.OIDCContext as unknown as {
    prototype: { urlFor(name: string, options?: object): string }
  }
  const original = prototype.urlFor
  if (typeof original !== 'function') throw new Error('the library names its addresses otherwise now')
  prototype.urlFor = function urlFor(this: { ctx: KoaContextWithOIDC }, name: string, options?: object) {
    return addressOf(this.ctx) ?? original.call(this, name, options)
  }
}

/** Of any use beyond telling proofs apart, a `jti` has none. */
const LONGEST_JTI = 256

/**
 * What is said of how sure it is who somebody is, where a code or an id token is made: `OIDCContext#acr`, a getter, which says
 * what the session does.
 */
export function chooseAcr(
  provider: Provider,
  choose: (params: Readonly<Record<string, unknown>>, own: string | undefined) => string | undefined,
): void {
  const { prototype } = provider.OIDCContext as unknown as { prototype: object }
  const original = Object.getOwnPropertyDescriptor(prototype, 'acr')?.get
  if (original === undefined) throw new Error('the library says otherwise now how somebody signed in')
  Object.defineProperty(prototype, 'acr', {
    configurable: true,
    get(this: KoaContextWithOIDC['oidc']) {
      return choose(this.params ?? {}, original.call(this) as string | undefined)
    },
  })
}

/** Replaces the replay guard of client assertions, find-then-save in the library, by one atomic step. */
export function guardReplays(
  provider: Provider,
  claim: (issuer: string, jti: string, expiresIn: number) => Promise<boolean>,
  now: () => number,
): void {
  provider.ReplayDetection.unique = async (issuer: string, jti: string, exp?: number) => {
    if (jti.length > LONGEST_JTI) throw new errors.InvalidRequest('jti is too long')
    return claim(issuer, jti, Math.max(1000, (exp ?? 0) * 1000 - now()))
  }
}

/**
 * Names the session to each client, by a `sid` of its own, in every id token and code: `Client#includeSid`, asked where
 * they are made. And sends nothing to a client that a session has ended: `Client#backchannelLogout`, which the library
 * awaits before it answers who signs out, and tries once.
 */
export function nameSessions(provider: Provider): void {
  const { prototype } = provider.Client as unknown as {
    prototype: { includeSid(): boolean; backchannelLogout(sub: string, sid: string): Promise<void> }
  }
  if (typeof prototype.includeSid !== 'function' || typeof prototype.backchannelLogout !== 'function')
    throw new Error('the library tells clients of sessions otherwise now')
  prototype.includeSid = () => true
  prototype.backchannelLogout = async () => undefined
}

/**
 * One more endpoint for clients, which authenticate as at introspection, whose name it has too: the router of a provider,
 * and what the library's own routes begin with. `answer` is reached by an authenticated `ctx.oidc.client` only, which may
 * be one that has nothing to prove itself by.
 */
export function answerClients(
  provider: Provider,
  path: string,
  answer: (ctx: KoaContextWithOIDC) => Promise<void>,
): void {
  const assemble: Step = (ctx, next) => assembleParams(getClientAuthParams(ctx), ctx, next)
  const { router } = (instance as (provider: Provider) => Inside)(provider)
  router.post(
    'introspection',
    path,
    beginOf(provider),
    handleErrors('introspection.error') as Step,
    noCache as Step,
    urlencoded as Step,
    assemble,
    ...(clientAuth as Step[]),
    answer,
  )
}

const beginOf =
  (provider: Provider): Step =>
  (ctx, next) => {
    Object.defineProperty(ctx, 'oidc', { value: new provider.OIDCContext(ctx) })
    return (als as AsyncLocalStorage<KoaContextWithOIDC>).run(ctx, next)
  }

/**
 * An endpoint for who holds an access token, whomever it is for: the steps of the library's userinfo, whose name it has,
 * between reading the token and its audience. `answer` is reached by a living token with its key's proof, if it is bound,
 * of a client, a person and a grant that are there: all of them are entities of `ctx.oidc`. There is nothing for whom
 * `admits` refuses.
 */
export function answerHolders(
  provider: Provider,
  path: string,
  admits: (ctx: KoaContextWithOIDC) => boolean,
  answer: (ctx: KoaContextWithOIDC) => Promise<void>,
): void {
  const { getValidateAccessToken, ...load } = accessTokens as Record<string, Step> & {
    getValidateAccessToken: () => Step
  }
  const { router } = (instance as (provider: Provider) => Inside)(provider)
  const { loadAccessTokenClient: client, loadAccessTokenAccount: account, loadAccessTokenGrant: grant } = load
  if (!client || !account || !grant) throw new Error('the library reads access tokens otherwise now')
  router.post(
    'userinfo',
    path,
    (ctx, next) => (admits(ctx) ? next() : undefined),
    beginOf(provider),
    handleErrors('userinfo.error') as Step,
    noCache as Step,
    getValidateAccessToken(),
    ...[client, account, grant],
    answer,
  )
}

/**
 * A hint is an id token: what we have signed for the same client as something else (a logout token, say) is none (RFC
 * 8725 §3.11). `IdToken.validate`, which looks at everything but `typ`.
 */
export function takeOnlyIdTokensAsHints(provider: Provider): void {
  const model = provider.IdToken as unknown as { validate(jwt: string, client: unknown): Promise<unknown> }
  const { validate } = model
  if (typeof validate !== 'function') throw new Error('the library reads hints otherwise now')
  model.validate = async (jwt, client) => {
    const { typ = 'JWT' } = JSON.parse(Buffer.from(jwt.split('.', 1)[0] ?? '', 'base64url').toString())
    if (typ !== 'JWT') throw new Error('a token of another kind')
    return validate.call(model, jwt, client)
  }
}
