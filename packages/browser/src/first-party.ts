/** Sign-in by `/auth/*` of the issuer: the refresh token is a cookie that no script sees. */
import { createKey } from './dpop.ts'
import type { Body, Http } from './http.ts'
import type { Grant, Mode } from './mode.ts'
import type { Stored } from './store.ts'
import { readGrant } from './token-answer.ts'
import type { PasswordSignIn } from './types.ts'

export interface FirstParty extends Mode {
  signIn(credentials: PasswordSignIn): Promise<Grant>
}

/** `base`: the issuer without a slash at its end. `bound`: with a key. */
export function createFirstParty(base: string, http: Http, bound: boolean): FirstParty {
  async function call(what: string, { key }: Stored, content?: object, token?: string): Promise<Body> {
    const [method = '', path] = what.split(' ')
    // With COOKIE_SAMESITE=Lax the server wants its cookie repeated.
    const proof = /\bcsrf_token=([^;]+)/.exec(document.cookie)?.[1] ?? ''
    return http.ask(base + path, key, token, {
      method,
      credentials: 'include',
      headers: { 'x-requested-with': 'gatehouse', 'x-csrf-token': proof, 'content-type': 'application/json' },
      ...(content && { body: JSON.stringify(content) }),
    })
  }
  return {
    async signIn(credentials) {
      const stored = { key: bound ? await createKey() : undefined }
      return readGrant(await call('POST /auth/login', stored, credentials), stored)
    },
    refresh: async (stored) => readGrant(await call('POST /auth/refresh', stored), stored),
    end: (stored) => call('DELETE /auth/refresh', stored),
    endEverywhere: (stored, token) => call('POST /auth/logout?everywhere=true', stored, undefined, token),
  }
}
