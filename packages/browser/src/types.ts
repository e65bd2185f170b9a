/** What an application gives and gets. */

export interface GatehouseOptions {
  /** Issuer identifier, as discovery has it: `https://id.example.com`. */
  issuer: string
  /**
   * For sign-in by redirect (authorization code with PKCE): the public client. Left out, people sign in by the
   * first-party API, `/auth/*` at the issuer.
   */
  clientId?: string
  /** Where the answer comes back to; one of the client's own. This page's address without query and fragment. */
  redirectUri?: string
  /** Where a sign-out everywhere leads back to; `redirectUri`. */
  postLogoutRedirectUri?: string
  /** `openid profile email`. Sign-in by redirect only, as is `resource`. */
  scope?: string
  /** The API that access tokens are for (RFC 8707). Without one they are for userinfo. */
  resource?: string
  /** Origins that `fetch` gives the access token to, besides none. This page's own, if it is one, is named too. */
  origins?: readonly string[]
  /**
   * Binds the session to a key that can't leave this browser (RFC 9449); `true`. Switch it off only where there is no
   * other way: then a stolen refresh token is good by itself, a lost answer may cost the session, and one by redirect
   * lives no longer than its page.
   */
  dpop?: boolean
  /**
   * An API wants a stronger or fresher sign-in (RFC 9470). By default the browser is sent to sign in again and comes
   * back to this page; give a function to decide yourself.
   */
  onStepUp?: (challenge: StepUpChallenge) => void
}

export interface StepUpChallenge {
  acrValues?: string | undefined
  /** Seconds. */
  maxAge?: number | undefined
}

export type Session =
  /** Not known yet: `start` has not finished. */
  | { readonly status: 'loading' }
  /** `claims`: of the id token (sign-in by redirect); of the first-party API there is none. */
  | { readonly status: 'signed-in'; readonly claims?: Claims }
  | { readonly status: 'signed-out'; readonly reason: SignedOutReason }

/** Of the access token at hand, never itself. The same object until there is another. */
export interface TokenState {
  /** Epoch ms, by this device's clock. */
  readonly expiresAt: number
}

/**
 * `none`: nobody has signed in here. `signed-out`: the person did, perhaps in another tab. `ended`: it expired, or was
 * ended from elsewhere. `reused`: its refresh token came from two parties, so it was ended for both.
 */
export type SignedOutReason = 'none' | 'signed-out' | 'ended' | 'reused'

/** Of an id token or userinfo; always with `sub`. */
export interface Claims {
  readonly sub: string
  readonly [claim: string]: unknown
}

export interface PasswordSignIn {
  username: string
  password: string
  /** What this device is called where sessions are listed. */
  deviceId?: string
}

/** What somebody proves themselves with besides: the answer to one of `details.methods`. */
export interface Proof {
  method: string
  code?: string
  /** A passkey's: the credential as JSON text. */
  response?: string
}

export interface RedirectSignIn extends StepUpChallenge {
  /** Where the application goes on afterwards: a path of this origin. This page. */
  returnTo?: string
  loginHint?: string
  /** `none`, `login`, `consent`, `select_account`, `create`. */
  prompt?: string
  /** Besides that of the application. */
  scope?: string
  uiLocales?: string
}

export interface Gatehouse {
  /** The same object until something changes; a refresh changes nothing. */
  getSession(): Session
  /** Undefined while there is none. */
  getTokenState(): TokenState | undefined
  /** Called after each change of these two. Returns what unsubscribes. */
  subscribe(listener: () => void): () => void
  /**
   * Takes up the answer of a redirect, or the session that this browser has; asks the server only where there may be
   * one. Safe to call again: it is the same start. Rejects where this browser or page can't keep a session
   * (`insecure_context`, `unsupported_browser`, `storage_blocked`) and where a redirect's answer is refused, then
   * nobody is signed in; and with `unreachable`, when that is not known yet and goes on being asked.
   */
  start(): Promise<Session>
  /** Sends the browser to sign in. Never resolves: the page goes. Sign-in by redirect only. */
  signIn(how?: RedirectSignIn): Promise<never>
  /** First-party API only. Rejects with the `code` of its answer: `invalid_credentials`, `rate_limited` … */
  signInWithPassword(credentials: PasswordSignIn): Promise<Session>
  /**
   * Goes on where `mfa_required`, or `step_up_required` at a refresh, was said. Rejects with `mfa_required` again where one
   * proof is not enough.
   */
  answer(proof: Proof): Promise<Session>
  /** Has a method ask what it has to ask: sends a code, or resolves with a passkey's options (JSON). */
  challenge(method: string): Promise<unknown>
  /**
   * A token with at least so many seconds left (30), refreshed first where needed. Rejects with `signed_out`, or
   * with `unreachable` when the server did not answer for half a minute; the session lives on then.
   */
  getAccessToken(options?: { minValidity?: number }): Promise<string>
  /** The person's claims: the id token's, and userinfo's where the access token is for it. */
  getUser(): Promise<Claims>
  /** As the platform's; to `origins` with the access token (and a proof), to everywhere else without. */
  fetch(input: RequestInfo | URL, init?: RequestInit): Promise<Response>
  /**
   * Ends this application's session, in all its tabs. `everywhere`: by redirect, the person's session at the issuer
   * with all its applications, and the page goes; by the first-party API, all sessions of the person. Rejects with
   * `unreachable` when the server could not be told; then this browser has forgotten the session all the same.
   */
  signOut(options?: { everywhere?: boolean }): Promise<void>
  /** Timers, channel and listeners go; the session stays. */
  stop(): void
}
