/** Sign-in by `/auth/*` of the issuer: the refresh token is a cookie that no script sees. */
import { createKey } from './dpop.ts'
import type { GatehouseError } from './errors.ts'
import type { Body, Http } from './http.ts'
import type { Grant, Mode } from './mode.ts'
import type { Stored } from './store.ts'
import { readGrant } from './token-answer.ts'
import type { PasswordSignIn, Proof } from './types.ts'

export interface FirstParty extends Mode {
  signIn(credentials: PasswordSignIn): Promise<Grant>
  /** Goes on with what the server has asked more of. */
  answer(proof: Proof): Promise<Grant>
  /** That was a refresh: nobody else signs in by it. */
  renews(): boolean
  challenge(method: string): Promise<unknown>
}

/** `base`: the issuer without a slash at its end. `bound`: with a key. */
export function createFirstParty(base: string, http: Http, bound: boolean): FirstParty {
  let asked: Stored = {}
  let mfaToken: unknown
  let renews = false

  async function call(
    path: string,
    { key }: Stored,
    method: string,
    content?: object,
    token?: string,
  ): Promise<Body> {
    // With COOKIE_SAMESITE=Lax the server wants its cookie repeated.
    const proof = /\bcsrf_token=([^;]+)/.exec(document.cookie)?.[1] ?? ''
    return http.ask(`${base}/auth/${path}`, key, token, {
      method,
      credentials: 'include',
      headers: { 'x-requested-with': 'gatehouse', 'x-csrf-token': proof, 'content-type': 'application/json' },
      ...(content && { body: JSON.stringify(content) }),
    })
  }

  /** What is asked more of is answered with the same key: what comes of it is bound to that. */
  async function begin(path: string, stored: Stored, content?: object): Promise<Grant> {
    try {
      return readGrant(await call(path, stored, 'POST', content), stored)
    } catch (error) {
      const { mfa_token: token } = (error as GatehouseError).details
      if (token) [mfaToken, asked, renews] = [token, stored, !content]
      throw error
    }
  }

  const more = (path: string, content: object): Promise<Body> =>
    call(path, asked, 'POST', { mfa_token: mfaToken, ...content })

  return {
    signIn: async (credentials) =>
      begin('login', { key: bound ? await createKey() : undefined }, credentials),
    answer: async (proof) => readGrant(await more('mfa', proof), asked),
    renews: () => renews,
    challenge: async (method) => (await more('mfa/challenge', { method }))['challenge'],
    refresh: (stored) => begin('refresh', stored),
    end: (stored) => call('refresh', stored, 'DELETE'),
    endEverywhere: (stored, token) => call('logout?everywhere=true', stored, 'POST', undefined, token),
  }
}
