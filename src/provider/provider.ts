/** The OpenID Provider, put together from one file per concern. No logic here: this is its table of contents. */
import { randomBytes } from 'node:crypto'
import type { JWK } from 'jose'
import type { Context } from 'koa'
import { type Configuration, errors, type KoaContextWithOIDC, Provider } from 'oidc-provider'
import type { StateStore } from '../../adapters/contract.ts'
import type { Inbox } from '../audit/inbox-repository.ts'
import type { Tell } from '../audit/request-events.ts'
import type { ClientSecrets } from '../clients/client-secrets.ts'
import { createAccessTokenReader } from '../keys/access-tokens.ts'
import type { DataKeys } from '../keys/data-keys.ts'
import { createLibraryFetch } from '../security/library-fetch.ts'
import type { OutboundFetch } from '../security/outbound-fetch.ts'
import type { RevokeAccess } from '../sessions/revoke-access.ts'
import type { SessionsRepository } from '../sessions/sessions-repository.ts'
import type { Clock } from '../shared/clock.ts'
import { ACR_VALUES } from '../sign-in/assurance.ts'
import { acrToSay } from '../sign-in/wanted.ts'
import { isSigningIn, RESPONSE_TYPES } from './account-client.ts'
import { type AccountsUse, createFindAccount } from './accounts.ts'
import { createAdapterFactory } from './adapter.ts'
import { tellAssurance } from './assurance-claims.ts'
import { type BrowserSessions, createBrowserSessions } from './browser-session.ts'
import { CLAIMS } from './claims.ts'
import { checkClientAssertion, createAssertionTimes } from './client-assertions.ts'
import { type ClientLimit, createClientAttempts } from './client-attempts.ts'
import { createClientTokens } from './client-tokens.ts'
import { type ClientAdapterUse, clientDefaults, extraClientMetadata } from './clients.ts'
import { cookies } from './cookies.ts'
import { createClientBasedCORS } from './cors.ts'
import { createCustomizeJwt } from './customize-jwt.ts'
import { type EndedSessionsUse, tellEndedSessions } from './ended-sessions.ts'
import { createEndings } from './endings.ts'
import { createEpochs, type EpochsUse } from './epochs.ts'
import { createRenderError, type ErrorsUse } from './errors.ts'
import { listen } from './events.ts'
import { createIntrospectionPolicy, features } from './features.ts'
import { createFirstParty, type FirstParty } from './first-party.ts'
import { createFirstPartyMetadata, type FirstPartyClientUse } from './first-party-client.ts'
import { showFormPosts } from './form-post.ts'
import { createLoadGrant, type GrantsUse } from './grants.ts'
import { createHandles } from './handles.ts'
import { answerForHeldAccessTokens } from './held-access-tokens.ts'
import { createInsideRequests, type InsideRequestsUse } from './inside-requests.ts'
import { createInteractionPolicy, type InteractionPolicyUse, promptValues } from './interactions.ts'
import {
  chooseAcr,
  chooseNonces,
  chooseTokenValues,
  compareClientSecrets,
  guardReplays,
  nameAddresses,
  nameSessions,
  offerNonce,
  takeOnlyIdTokensAsHints,
} from './internals.ts'
import { createLives, type LivingUse } from './living.ts'
import { createLogoutPages, endGrantsAtLogout, type LogoutUse } from './logout.ts'
import { createNonceSecrets } from './nonces.ts'
import { issueRefreshToken } from './online.ts'
import type { PartyUse } from './party.ts'
import { pkce } from './pkce.ts'
import { letPublicDocumentsBeKept } from './public-documents.ts'
import { createVerdictOn, type RefreshCommitUse, refuse } from './refresh-commit.ts'
import { createRefreshTokenFormat } from './refresh-token.ts'
import { createReplayGuard } from './replays.ts'
import type { Reports } from './reports.ts'
import { createResources, type ResourcesUse } from './resources.ts'
import { createReuseEnding } from './reuse.ts'
import { ROUTES } from './routes.ts'
import { SERVER_SCOPES } from './scopes.ts'
import { createSignOns } from './sign-ons.ts'
import { createStepUps } from './step-up.ts'
import { answerForStructuredTokens, createFindStructured } from './structured-tokens.ts'
import { commitTokenRequests, type TokenEndpointUse } from './token-endpoint.ts'
import { createTokenRequests } from './token-request.ts'
import { type Lifetimes, ttl } from './ttl.ts'

export interface ProviderUse
  extends AccountsUse,
    Omit<ClientAdapterUse, 'isInside' | 'firstPartyMetadata' | 'isSigningIn'>,
    FirstPartyClientUse,
    InsideRequestsUse,
    Pick<GrantsUse, 'findConsent'>,
    ResourcesUse,
    Omit<ErrorsUse, 'clock'>,
    LogoutUse,
    EndedSessionsUse,
    PartyUse,
    Pick<RefreshCommitUse, 'findRiskPolicy'>,
    Pick<LivingUse, 'stillLives'>,
    Pick<InteractionPolicyUse, 'registration' | 'canReach' | 'findSignInPolicy'>,
    Pick<EpochsUse, 'findBuiltInClient' | 'findOrganization' | 'findEverything' | 'wasEnded'>,
    Lifetimes {
  issuer: string
  /** Origins of the operator's own pages. */
  firstPartyOrigins: readonly string[]
  keys: DataKeys
  signingKeys: JWK[]
  clientSecrets: ClientSecrets
  clientLimit: ClientLimit
  checkSecret: (clientId: string, secret: string, stored: string) => Promise<boolean>
  store: StateStore
  /** Ends what people were given. */
  access: RevokeAccess
  sessions: Pick<SessionsRepository, 'begin'>
  /** Makes the events that are kept together with what they tell of. */
  tell: Tell
  eventInbox: Inbox
  reports: Reports
  outboundFetch: OutboundFetch
  answerError: (ctx: Context, error: unknown) => void
  clock: Clock
  refreshReuseGrace: number
  refreshReuseRevokes: 'family' | 'session' | 'user'
}

export interface Provided {
  provider: Provider
  firstParty: FirstParty
  browserSessions: BrowserSessions
}

export function createProvider(use: ProviderUse): Provided {
  const handles = createHandles(use.keys)
  const refreshTokens = createRefreshTokenFormat(use.keys)
  const requests = createTokenRequests()
  const epochs = createEpochs(use)
  const mayIntrospect = createIntrospectionPolicy(use)
  const inside = createInsideRequests(use)
  const attempts = createClientAttempts(use.clientLimit)
  const endings = createEndings({ tell: use.tell, requests })
  const clientTokens = createClientTokens(use)
  const lives = createLives({ ...use, epochs })
  const assertions = createAssertionTimes()
  const firstPartyMetadata = createFirstPartyMetadata(use)
  const readAccessToken = createAccessTokenReader(use)
  const findStructured = createFindStructured({ ...use, handles, epochs, lives, readAccessToken })
  const ctx = () => Provider.ctx
  const nonces = createNonceSecrets({ ...use, ctx })
  const signOns = createSignOns()
  const onEnd: TokenEndpointUse['onEnd'] = (value, { account }, event) =>
    use.access.acknowledge({ kind: 'family', value, account }, event)
  const commit: TokenEndpointUse = {
    ...use,
    lives,
    onEnd,
    store: use.store.grants,
    keepEvent: use.store.events.keep,
    requests,
    clientTokens,
    window: use.refreshReuseGrace,
    noteVerdict: inside.note,
    stepUps: createStepUps({ ...use, inside, artifacts: use.store.artifacts }),
    endWhatReuseEnds: createReuseEnding({ ...use, revokes: use.refreshReuseRevokes }),
  }
  const configuration: Configuration = {
    adapter: createAdapterFactory({
      ...use,
      findClient: async (clientId) => {
        attempts.begin(Provider.ctx, clientId)
        return use.findClient(clientId)
      },
      handles,
      refreshTokens,
      requests,
      epochs,
      signOns,
      endings,
      clientTokens,
      onEnd,
      onSignedIn: (session) =>
        use.sessions.begin({ ...session, kind: 'browser', expiresIn: use.sessionMaxExp }),
      onSignOut: (value, account, event) =>
        use.access.acknowledge({ kind: 'sign_on', value, account }, event),
      ctx,
      isInside: () => inside.made(Provider.ctx?.req) || isAskedOfToken(Provider.ctx),
      firstPartyMetadata,
      isSigningIn: () => isSigningIn(Provider.ctx),
      findStructured: async (token) => (inside.made(Provider.ctx?.req) ? findStructured(token) : undefined),
      lives,
      verdictOn: createVerdictOn(use.refreshReuseGrace),
      refused: (at, presented) => refuse(commit, at, presented),
    }),
    acrValues: ACR_VALUES,
    allowOmittingSingleRegisteredRedirectUri: false,
    assertJwtClientAuthClaimsAndHeader: checkClientAssertion({ ...use, assertions }),
    claims: CLAIMS,
    clientAuthMethods: ['client_secret_basic', 'client_secret_post', 'client_secret_jwt', 'none'],
    clientBasedCORS: createClientBasedCORS(use.firstPartyOrigins),
    clientDefaults,
    conformIdTokenClaims: false,
    cookies: cookies(use.issuer, () => use.keys.living('cookie'), ctx),
    discovery: { prompt_values_supported: promptValues(use) },
    enabledJWA: {
      idTokenSigningAlgValues: ['ES256', 'RS256', 'EdDSA', 'HS256'],
      clientAuthSigningAlgValues: ['HS256'],
    },
    // Codes and tokens end with their grant, and grants with their session: by our store, in one step.
    expiresWithSession: () => false,
    extraClientMetadata,
    formats: { customizers: { jwt: createCustomizeJwt(epochs, requests) } },
    features: features({
      ...use,
      ...createLogoutPages(use),
      getResourceServerInfo: createResources(use),
      mayIntrospect,
      // Ours take its place below.
      nonceSecret: randomBytes(32),
    }),
    fetch: createLibraryFetch(use.outboundFetch),
    findAccount: createFindAccount(use),
    interactions: {
      policy: createInteractionPolicy({ ...use, proofsOf: (ctx) => signOns.of(ctx).proofs }),
      url: (_ctx, interaction) => `/interaction/${interaction.uid}`,
    },
    issueRefreshToken,
    jwks: { keys: use.signingKeys },
    loadExistingGrant: createLoadGrant({ ...use, handles }),
    pkce,
    renderError: createRenderError(use),
    // `none` for `/account`, which wants to know that somebody is signed in, and reads the session itself.
    responseTypes: [...RESPONSE_TYPES, 'none'],
    rotateRefreshToken: true,
    // An access token that is revoked leaves its family alone.
    revokeGrantPolicy: (ctx) =>
      !(ctx.oidc.route === 'revocation' && ctx.oidc.entities.AccessToken !== undefined),
    routes: ROUTES,
    scopes: SERVER_SCOPES,
    ttl: ttl(use, use.clock),
  }
  const provider = new Provider(use.issuer, configuration)
  // Around everything that follows: the library answers its own errors, and would print ours.
  provider.use((ctx, next) => next().catch((error: unknown) => use.answerError(ctx, error)))
  attempts.limit(provider)
  // Scheme and host are set from ISSUER at our door (`http.ts`); no header of the client's gets this far.
  provider.proxy = true
  provider.use(async (at, next) => {
    await nonces.prepare(at as KoaContextWithOIDC)
    return next()
  })
  chooseNonces(provider, nonces.all)
  nameAddresses(provider, ({ req }) => {
    const outer = inside.outerOf(req)
    return outer && new URL(outer.url?.split('?', 1)[0] ?? '/', use.issuer).href
  })
  chooseTokenValues(provider.AuthorizationCode, ({ grantId }) => handles.newValueOf(grantId))
  chooseTokenValues(provider.AccessToken, ({ grantId }) => handles.newValueOf(grantId))
  chooseTokenValues(provider.RefreshToken, ({ grantId }) => {
    const rotated = Provider.ctx?.oidc.entities.RotatedRefreshToken
    if (rotated === undefined) return refreshTokens.first(grantId)
    const successor = refreshTokens.successor(rotated.jti)
    // Its key was declared compromised between the look-up and now.
    if (successor === undefined) throw new errors.InvalidGrant('refresh token made with a key that has ended')
    return successor
  })
  compareClientSecrets(provider, use.checkSecret)
  nameSessions(provider)
  chooseAcr(provider, acrToSay)
  takeOnlyIdTokensAsHints(provider)
  guardReplays(
    provider,
    createReplayGuard({ store: use.store.artifacts, handles, assertions, nonces, ctx, offerNonce }),
    use.clock.now,
  )
  commitTokenRequests(provider, commit)
  endGrantsAtLogout(provider, use.store.grants, endings)
  answerForStructuredTokens(provider, {
    ...use,
    handles,
    epochs,
    lives,
    mayIntrospect,
    readAccessToken,
  })
  tellAssurance(provider, requests)
  answerForHeldAccessTokens(provider, inside)
  tellEndedSessions(provider, use)
  showFormPosts(provider, use.showPage)
  letPublicDocumentsBeKept(provider)
  listen(provider, use.reports)
  const firstParty = createFirstParty({
    ...use,
    ...{ provider, handles, refreshTokens, inside, epochs },
    metadata: firstPartyMetadata,
  })
  const browserSessions = createBrowserSessions({ ...use, handles, epochs })
  return { provider, firstParty, browserSessions }
}

/** Not who asks, but whose the token is: who presents one at userinfo is no client, who introspects one has said who it is. */
const isAskedOfToken = (ctx: KoaContextWithOIDC | undefined): boolean =>
  ctx?.oidc.route === 'userinfo' || (ctx?.oidc.route === 'introspection' && ctx.oidc.client !== undefined)
