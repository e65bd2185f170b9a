/** Sign-in by redirect: authorization code with PKCE (RFC 6749, 7636, 9700), as a public client. */
import { random, sha256 } from './bytes.ts'
import { createKey } from './dpop.ts'
import { GatehouseError, own } from './errors.ts'
import type { Body, Http } from './http.ts'
import { type Expected, readIdToken } from './id-token.ts'
import { objectIn } from './json.ts'
import type { Grant, Mode } from './mode.ts'
import type { Stored } from './store.ts'
import { readGrant } from './token-answer.ts'
import type { GatehouseOptions, RedirectSignIn } from './types.ts'

export interface Redirect extends Mode {
  /** Leaves this page. */
  begin(how: RedirectSignIn): Promise<never>
  /** Takes up the answer that this page was called with, if it was, and takes it out of the address. */
  finish(): Promise<Grant | undefined>
}

interface Begun {
  verifier: string
  nonce: string
  returnTo: string
  maxAge?: number | undefined
}

/** `endpoints`: what the addresses of the protocol begin with. */
export function createRedirect(
  options: GatehouseOptions & { clientId: string },
  endpoints: string,
  http: Http,
  bound: boolean,
): Redirect {
  const { issuer, clientId, resource, scope = 'openid profile email' } = options
  const redirectUri = (): string => options.redirectUri ?? location.origin + location.pathname

  /** What is undefined is left out. */
  const query = (values: Values): URLSearchParams =>
    new URLSearchParams(JSON.parse(JSON.stringify({ client_id: clientId, ...values })))

  const leaveTo = (path: string, values: Values): void =>
    location.assign(`${endpoints + path}?${query(values)}`)

  const post = (path: string, form: Values, key?: CryptoKeyPair): Promise<Body> =>
    http.ask(endpoints + path, key, undefined, { method: 'POST', body: query(form) })

  async function granted(form: Values, stored: Stored, expected: Partial<Expected>): Promise<Grant> {
    const body = await post('token', { ...form, resource }, stored.key)
    const { id_token: idToken, refresh_token: refreshToken = stored.refreshToken } = body
    return {
      ...readGrant(body, { ...stored, refreshToken: refreshToken as string | undefined }),
      ...((idToken || expected.nonce) && {
        claims: readIdToken(idToken, { issuer, clientId, ...expected }),
        idToken: String(idToken),
      }),
    }
  }

  const end = async ({ refreshToken }: Stored): Promise<unknown> =>
    refreshToken && post('revoke', { token: refreshToken })

  return {
    async begin({ returnTo = location.href, scope: more = '', ...how }) {
      if (new URL(returnTo, location.href).origin !== location.origin) throw own('foreign_return')
      const [state, nonce, verifier] = [random(), random(), random()]
      const begun: Begun = { verifier, nonce, returnTo, maxAge: how.maxAge }
      // Of this tab alone: nobody else's answer is taken up here.
      sessionStorage.setItem(state, JSON.stringify(begun))
      leaveTo('authorize', {
        acr_values: how.acrValues,
        max_age: how.maxAge,
        login_hint: how.loginHint,
        prompt: how.prompt,
        ui_locales: how.uiLocales,
        response_type: 'code',
        redirect_uri: redirectUri(),
        scope: `${scope} ${more}`.trim(),
        resource,
        state,
        nonce,
        code_challenge: await sha256(verifier),
        code_challenge_method: 'S256',
      })
      return new Promise<never>(() => {})
    },

    async finish() {
      const { state, code, error, error_description, iss } = Object.fromEntries(
        new URLSearchParams(location.search),
      )
      if (!state || !(code || error) || location.origin + location.pathname !== redirectUri())
        return undefined
      const begun = sessionStorage.getItem(state)
      sessionStorage.removeItem(state)
      const { verifier, nonce, maxAge, returnTo }: Partial<Begun> = objectIn(begun)
      history.replaceState(null, '', returnTo ?? location.pathname)
      // Gone back to, or opened a second time: there may be a session all the same.
      if (!begun) return undefined
      // RFC 9207 §2.4: who answers is who was asked.
      if (iss !== issuer) throw own('invalid_answer', { iss })
      if (!code) throw new GatehouseError(String(error), error_description ?? '')
      const form = {
        grant_type: 'authorization_code',
        code,
        redirect_uri: redirectUri(),
        code_verifier: verifier,
      }
      return granted(form, { key: bound ? await createKey() : undefined }, { nonce, maxAge })
    },

    refresh: async (stored, claims) =>
      granted({ grant_type: 'refresh_token', refresh_token: stored.refreshToken }, stored, {
        sub: claims?.sub,
      }),

    end,

    async endEverywhere(stored, _token, idToken) {
      await end(stored)
      leaveTo('logout', {
        id_token_hint: idToken,
        post_logout_redirect_uri: options.postLogoutRedirectUri ?? redirectUri(),
      })
    },
  }
}

type Values = Readonly<Record<string, unknown>>
