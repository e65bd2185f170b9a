/** The OpenID Provider, put together from one file per concern. No logic here: this is its table of contents. */

import type { JWK } from 'jose'
import type { Context } from 'koa'
import { type Configuration, errors, Provider } from 'oidc-provider'
import type { StateStore } from '../../adapters/contract.ts'
import type { ClientSecrets } from '../clients/client-secrets.ts'
import type { DataKeys } from '../keys/data-keys.ts'
import type { Clock } from '../shared/clock.ts'
import { type AccountsUse, createFindAccount } from './accounts.ts'
import { createAdapterFactory } from './adapter.ts'
import { ACR_VALUES, CLAIMS } from './claims.ts'
import { checkClientAssertion } from './client-assertions.ts'
import { type ClientAdapterUse, clientDefaults, extraClientMetadata } from './clients.ts'
import { cookies } from './cookies.ts'
import { clientBasedCORS } from './cors.ts'
import { createRenderError, type ErrorsUse } from './errors.ts'
import { listen } from './events.ts'
import { features } from './features.ts'
import { createFirstParty, FIRST_PARTY, type FirstParty } from './first-party.ts'
import { showFormPosts } from './form-post.ts'
import { createLoadGrant, type GrantsUse } from './grants.ts'
import { createHandles } from './handles.ts'
import { createInsideRequests, type InsideRequestsUse } from './inside-requests.ts'
import { createInteractionPolicy } from './interactions.ts'
import { chooseTokenValues, compareClientSecrets, guardReplays } from './internals.ts'
import { createLogoutPages, endGrantsAtLogout, type LogoutUse } from './logout.ts'
import { pkce } from './pkce.ts'
import { letPublicDocumentsBeKept } from './public-documents.ts'
import { createRefreshTokenFormat } from './refresh-token.ts'
import { createReplayGuard } from './replays.ts'
import type { Reports } from './reports.ts'
import { createResources, type ResourcesUse } from './resources.ts'
import { createReuseEnding } from './reuse.ts'
import { ROUTES } from './routes.ts'
import { SERVER_SCOPES } from './scopes.ts'
import { commitTokenRequests, refuse, type TokenEndpointUse } from './token-endpoint.ts'
import { createTokenRequests } from './token-request.ts'
import { type Lifetimes, ttl } from './ttl.ts'

export interface ProviderUse
  extends AccountsUse,
    Omit<ClientAdapterUse, 'isInside'>,
    InsideRequestsUse,
    Pick<GrantsUse, 'findConsent'>,
    ResourcesUse,
    Omit<ErrorsUse, 'clock'>,
    LogoutUse,
    Lifetimes {
  issuer: string
  keys: DataKeys
  signingKeys: JWK[]
  clientSecrets: ClientSecrets
  checkSecret: (clientId: string, secret: string, stored: string) => Promise<boolean>
  store: StateStore
  reports: Reports
  answerError: (ctx: Context, error: unknown) => void
  clock: Clock
  refreshReuseGrace: number
  refreshReuseRevokes: 'family' | 'session' | 'user'
}

export function createProvider(use: ProviderUse): { provider: Provider; firstParty: FirstParty } {
  const handles = createHandles(use.keys)
  const refreshTokens = createRefreshTokenFormat(use.keys)
  const requests = createTokenRequests()
  const inside = createInsideRequests(use)
  const commit: TokenEndpointUse = {
    ...use,
    store: use.store.grants,
    requests,
    window: use.refreshReuseGrace,
    noteVerdict: inside.note,
    endWhatReuseEnds: createReuseEnding({ store: use.store, handles, revokes: use.refreshReuseRevokes }),
  }
  const configuration: Configuration = {
    adapter: createAdapterFactory({
      ...use,
      handles,
      refreshTokens,
      requests,
      ctx: () => Provider.ctx,
      // Who presents an access token is no client.
      isInside: () => inside.made(Provider.ctx?.req) || Provider.ctx?.oidc.route === 'userinfo',
      window: use.refreshReuseGrace,
      refused: (ctx, grantKey, grant, number) => refuse(commit, ctx, grantKey, grant, number),
    }),
    acrValues: ACR_VALUES,
    allowOmittingSingleRegisteredRedirectUri: false,
    assertJwtClientAuthClaimsAndHeader: checkClientAssertion(use),
    claims: CLAIMS,
    clientAuthMethods: ['client_secret_basic', 'client_secret_post', 'client_secret_jwt', 'none'],
    clientBasedCORS,
    clientDefaults,
    conformIdTokenClaims: false,
    cookies: cookies(
      use.issuer,
      () => use.keys.living('cookie'),
      () => Provider.ctx,
    ),
    enabledJWA: {
      idTokenSigningAlgValues: ['ES256', 'RS256', 'EdDSA', 'HS256'],
      clientAuthSigningAlgValues: ['HS256'],
    },
    // Codes and tokens end with their grant, and grants with their session: by our store, in one step.
    expiresWithSession: () => false,
    extraClientMetadata,
    features: features({ ...use, ...createLogoutPages(use), getResourceServerInfo: createResources(use) }),
    findAccount: createFindAccount(use),
    interactions: {
      policy: createInteractionPolicy(use),
      url: (_ctx, interaction) => `/interaction/${interaction.uid}`,
    },
    issueRefreshToken: async (_ctx, client, source) =>
      client.clientId === FIRST_PARTY ||
      (client.grantTypeAllowed('refresh_token') && source.scopes.has('offline_access')),
    jwks: { keys: use.signingKeys },
    loadExistingGrant: createLoadGrant({ ...use, handles }),
    pkce,
    renderError: createRenderError(use),
    responseTypes: ['code'],
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
  // Scheme and host are set from ISSUER at our door (`http.ts`); no header of the client's gets this far.
  provider.proxy = true
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
  guardReplays(provider, createReplayGuard({ store: use.store.artifacts, handles }), use.clock.now)
  commitTokenRequests(provider, commit)
  endGrantsAtLogout(provider, use.store.grants)
  showFormPosts(provider, use.showPage)
  letPublicDocumentsBeKept(provider)
  listen(provider, use.reports)
  const firstParty = createFirstParty({ provider, store: use.store, handles, refreshTokens, inside })
  return { provider, firstParty }
}
