/**
 * Gatehouse as a relying party of an OpenID Provider: authorization code with PKCE, state and nonce, each bound to one
 * sign-in (RFC 9700 §2.1). The protocol is `openid-client`'s, this being its one door on the server's side; ours is what is
 * believed of the answer: the issuer that was set up and no other, a signature by one of its keys, and of the claims only
 * who it is and when that was proven.
 */
import {
  AuthorizationResponseError,
  allowInsecureRequests,
  authorizationCodeGrant,
  buildAuthorizationUrl,
  type ClientAuth,
  ClientError,
  ClientSecretBasic,
  ClientSecretPost,
  Configuration,
  type CustomFetch,
  calculatePKCECodeChallenge,
  customFetch,
  discovery,
  enableNonRepudiationChecks,
  fetchUserInfo,
  None,
  ResponseBodyError,
  type ServerMetadata,
} from 'openid-client'
import { newSecret } from '../../shared/ids.ts'
import { DEFAULT_SCOPE, type OidcConfig } from '../connector.ts'
import type { ElsewhereFault, HowNew } from '../outcome.ts'

export interface RelyingPartyUse {
  config: OidcConfig
  /** `client_secret`; undefined for a public client. */
  secret: string | undefined
  /** Where the answer comes back to. */
  redirectUri: string
  fetch: typeof globalThis.fetch
  /** Somewhere without TLS may be asked: while things are tried out. */
  allowHttp: boolean
}

/** For the answer: what it has to fit. */
export interface Asked {
  state: string
  nonce: string
  verifier: string
}

export type Answered =
  | {
      ok: true
      issuer: string
      subject: string
      authTime: number | undefined
      /** What the person is called there; asked for where the id token doesn't say it. */
      called(): Promise<string | undefined>
    }
  /** `cause`: for the log; `tells`: what it says of the provider. */
  | { ok: false; reason: ElsewhereFault; cause?: unknown; tells?: Tells | undefined }

/** What is known of it may be so no more, or nobody is there. Whoever sent the browser can't bring about either. */
export type Tells = 'outdated' | 'unreachable'

export interface RelyingParty {
  /** Where the person goes, and what their answer has to fit. */
  begin(how: HowNew): Promise<{ url: string; asked: Asked }>
  finish(asked: Asked, parameters: URLSearchParams): Promise<Answered>
}

/** Rejects where the provider can't be reached, or is another one than it was set up to be. */
export async function openRelyingParty(use: RelyingPartyUse): Promise<RelyingParty> {
  const { config, redirectUri, secret } = use
  const client = await discover(use)
  const server = client.serverMetadata()
  const { scope = DEFAULT_SCOPE } = config
  return {
    begin: async ({ maxAge }) => {
      const asked = { state: newSecret(), nonce: newSecret(), verifier: newSecret() }
      const url = buildAuthorizationUrl(client, {
        ...{ redirect_uri: redirectUri, scope, state: asked.state, nonce: asked.nonce },
        ...{
          code_challenge: await calculatePKCECodeChallenge(asked.verifier),
          code_challenge_method: 'S256',
        },
        ...(maxAge !== undefined && { max_age: String(maxAge) }),
        // Then the person is asked there, whoever is signed in there already.
        ...(maxAge === 0 && { prompt: 'login' }),
      })
      return { url: url.href, asked }
    },
    finish: async (asked, parameters) => {
      if (isOfAnother(server, parameters)) return { ok: false, reason: 'issuer_mismatch' }
      try {
        const answer = new URL(redirectUri)
        answer.search = parameters.toString()
        const tokens = await authorizationCodeGrant(client, answer, {
          ...{ expectedState: asked.state, expectedNonce: asked.nonce, idTokenExpected: true },
          pkceCodeVerifier: asked.verifier,
        })
        const claims = tokens.claims()
        if (claims === undefined || !isSubject(claims.sub)) return { ok: false, reason: 'wrong_response' }
        const { sub: subject, auth_time: authTime } = claims
        return {
          ...{ ok: true, issuer: config.issuer, subject },
          authTime: typeof authTime === 'number' && authTime > 0 ? authTime : undefined,
          called: async () =>
            nameIn(claims) ??
            nameIn(await fetchUserInfo(client, tokens.access_token, subject).catch(() => ({}))),
        }
      } catch (cause) {
        return { ok: false, reason: reasonOf(cause), cause, tells: toldBy(cause) }
      }
    },
  }

  async function discover({ allowHttp }: RelyingPartyUse): Promise<Configuration> {
    // The same, told apart by what `undefined` may stand for.
    const ask: CustomFetch = (url, options) => use.fetch(url, options as RequestInit)
    const options = { [customFetch]: ask, execute: allowHttp ? [allowInsecureRequests] : [] }
    const found = await discovery(new URL(config.issuer), config.client_id, undefined, None(), options)
    const metadata = found.serverMetadata()
    if (metadata.issuer !== config.issuer) throw new Error(`it calls itself ${metadata.issuer}`)
    const { protocol } = new URL(metadata.authorization_endpoint ?? '')
    if (protocol !== 'https:' && !(allowHttp && protocol === 'http:'))
      throw new Error('its authorization endpoint is no address for a browser')
    const known = new Configuration(metadata, config.client_id, undefined, authBy(metadata, secret))
    known[customFetch] = ask
    if (allowHttp) allowInsecureRequests(known)
    enableNonRepudiationChecks(known)
    return known
  }
}

/** What is left out of the metadata is `client_secret_basic` (OpenID Connect Discovery 1.0 §3). */
function authBy(
  { token_endpoint_auth_methods_supported: known = ['client_secret_basic'] }: ServerMetadata,
  secret: string | undefined,
): ClientAuth {
  if (secret === undefined) return None()
  return known.includes('client_secret_basic') ? ClientSecretBasic(secret) : ClientSecretPost(secret)
}

/** Whose answer it is, where it says so, and has to where it was announced (RFC 9207 §2.4). */
function isOfAnother(server: ServerMetadata, parameters: URLSearchParams): boolean {
  const issuers = parameters.getAll('iss')
  if (issuers.length === 0) return server.authorization_response_iss_parameter_supported === true
  return issuers.length > 1 || issuers[0] !== server.issuer
}

/** 255 ASCII characters at most (OpenID Connect Core §2); to the byte, so that no two are one. */
const SUBJECT = /^[\x20-\x7e]{1,255}$/
const isSubject = (sub: unknown): sub is string => typeof sub === 'string' && SUBJECT.test(sub)

/** For people to see, who may have several accounts there. */
function nameIn(claims: Readonly<Record<string, unknown>>): string | undefined {
  const names = [claims['email'], claims['preferred_username'], claims['name']]
  return names.find((name): name is string => typeof name === 'string' && name !== '')
}

/** Of the authorization response: somebody there did not go on, rather than something. */
const DECLINED: ReadonlySet<string> = new Set([
  'access_denied',
  'login_required',
  'interaction_required',
  'account_selection_required',
  'consent_required',
  'unmet_authentication_requirements',
])

function reasonOf(error: unknown): ElsewhereFault {
  // By way of a browser: whoever sits there can write it, so it says nothing of the provider.
  if (error instanceof AuthorizationResponseError)
    return DECLINED.has(error.error) ? 'declined' : 'wrong_response'
  if (error instanceof ResponseBodyError) return error.status >= 500 ? 'away' : 'wrong_response'
  return error instanceof TypeError || isServerFault(error) ? 'away' : 'wrong_response'
}

/** Our own way out says by a TypeError what could not be had. A status of the provider's may come of what it was asked. */
function toldBy(error: unknown): Tells | undefined {
  if (error instanceof TypeError) return 'unreachable'
  return error instanceof ClientError && error.code === UNKNOWN_KEY ? 'outdated' : undefined
}

/** The library asks for keys anew only now and then. */
const UNKNOWN_KEY = 'OAUTH_KEY_SELECTION_FAILED'

const isServerFault = (error: unknown): boolean =>
  error instanceof Error && error.cause instanceof Response && error.cause.status >= 500
