/** The OpenID Provider, put together from one file per concern. No logic here: this is its table of contents. */

import type { JWK } from 'jose'
import type { Context } from 'koa'
import { type Configuration, Provider } from 'oidc-provider'
import type { StateStore } from '../../adapters/contract.ts'
import type { Inbox } from '../audit/inbox-repository.ts'
import type { Tell } from '../audit/request-events.ts'
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
import { createEndings } from './endings.ts'
import { createRenderError, type ErrorsUse } from './errors.ts'
import { listen } from './events.ts'
import { features } from './features.ts'
import { showFormPosts } from './form-post.ts'
import { createLoadGrant, type GrantsUse } from './grants.ts'
import { createHandles } from './handles.ts'
import { createInteractionPolicy } from './interactions.ts'
import { chooseTokenValues, compareClientSecrets, guardReplays } from './internals.ts'
import { createLogoutPages, endGrantsAtLogout, type LogoutUse } from './logout.ts'
import { pkce } from './pkce.ts'
import { letPublicDocumentsBeKept } from './public-documents.ts'
import { createRefreshTokenFormat } from './refresh-token.ts'
import type { Reports } from './reports.ts'
import { createResources, type ResourcesUse } from './resources.ts'
import { createReuseEnding } from './reuse.ts'
import { ROUTES } from './routes.ts'
import { SERVER_SCOPES } from './scopes.ts'
import { commitTokenRequests, refuse, type TokenEndpointUse } from './token-endpoint.ts'
import { createTokenRequests } from './token-request.ts'
import { type Lifetimes, ttl } from './ttl.ts'
import { orUnavailable } from './unavailable.ts'

export interface ProviderUse
  extends AccountsUse,
    ClientAdapterUse,
    Pick<GrantsUse, 'findConsent'>,
    ResourcesUse,
    Omit<ErrorsUse, 'clock'>,
    LogoutUse,
    Lifetimes {
  issuer: string
  keys: DataKeys
  signingKeys: JWK[]
  clientSecrets: ClientSecrets
  store: StateStore
  /** Makes the events that are kept together with what they tell of. */
  tell: Tell
  eventInbox: Inbox
  reports: Reports
  answerError: (ctx: Context, error: unknown) => void
  clock: Clock
  refreshReuseGrace: number
  refreshReuseRevokes: 'family' | 'session' | 'user'
}

export function createProvider(use: ProviderUse): Provider {
  const handles = createHandles(use.keys)
  const refreshTokens = createRefreshTokenFormat(use.keys)
  const requests = createTokenRequests()
  const endings = createEndings({ tell: use.tell, requests })
  const commit: TokenEndpointUse = {
    ...use,
    store: use.store.grants,
    keepEvent: use.store.events.keep,
    requests,
    window: use.refreshReuseGrace,
    endWhatReuseEnds: createReuseEnding({ ...use, handles, revokes: use.refreshReuseRevokes }),
  }
  const configuration: Configuration = {
    adapter: createAdapterFactory({
      ...use,
      handles,
      refreshTokens,
      requests,
      endings,
      ctx: () => Provider.ctx,
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
    cookies: cookies(use.issuer, use.keys.current('cookie').key),
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
    return refreshTokens.encode({
      family: grantId,
      number: rotated === undefined ? 0 : (rotated.rotations ?? 0) + 1,
    })
  })
  compareClientSecrets(provider, use.clientSecrets.verify)
  guardReplays(
    provider,
    (issuer, jti, expiresIn) =>
      orUnavailable(
        use.store.artifacts.claim(
          'ReplayDetection',
          handles.key('ReplayDetection', JSON.stringify([issuer, jti])),
          expiresIn,
        ),
      ),
    use.clock.now,
  )
  commitTokenRequests(provider, commit)
  endGrantsAtLogout(provider, use.store.grants, endings)
  showFormPosts(provider, use.showPage)
  letPublicDocumentsBeKept(provider)
  listen(provider, use.reports)
  return provider
}
