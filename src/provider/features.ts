import type { Client, Configuration, KoaContextWithOIDC } from 'oidc-provider'
import type { ResourceServer as StoredResourceServer } from '../clients/client.ts'
import type { createResources } from './resources.ts'
import { orUnavailable } from './unavailable.ts'

export interface FeaturesUse {
  getResourceServerInfo: ReturnType<typeof createResources>
  findResourceServer: (identifier: string) => Promise<StoredResourceServer | undefined>
  /** 32 bytes, the same on all nodes. */
  nonceSecret: Buffer
  logoutSource: (ctx: KoaContextWithOIDC) => void
  postLogoutSuccessSource: (ctx: KoaContextWithOIDC) => void
}

type Features = NonNullable<Configuration['features']>
type Token = { clientId?: string | undefined; aud?: string | string[] | undefined }

/** The whole table: what is on, and what is off though the library has it on by itself. */
export function features(use: FeaturesUse): Features {
  return {
    devInteractions: { enabled: false },
    // A nonce of ours in every proof: none can be made ahead, and a client's clock does not matter (RFC 9449 §8).
    dPoP: { enabled: true, nonceSecret: use.nonceSecret, requireNonce: () => true },
    claimsParameter: { enabled: true },
    clientCredentials: { enabled: true },
    introspection: { enabled: true, allowedPolicy: createIntrospectionPolicy(use) },
    revocation: { enabled: true, allowedPolicy: (_ctx, client, token) => token.clientId === client.clientId },
    pushedAuthorizationRequests: { enabled: true },
    resourceIndicators: {
      enabled: true,
      // Without a `resource` the token is for userinfo; with several granted, the client has to choose one.
      defaultResource: (_ctx, _client, oneOf) => oneOf,
      getResourceServerInfo: use.getResourceServerInfo,
      useGrantedResource: () => true,
    },
    rpInitiatedLogout: {
      enabled: true,
      logoutSource: use.logoutSource,
      postLogoutSuccessSource: use.postLogoutSuccessSource,
    },
    userinfo: { enabled: true },
  }
}

/**
 * Who may look into a token (RFC 7662 §4): the confidential client it was issued to, and the one that the token's
 * resource server names. The library would let every confidential client see every token.
 */
function createIntrospectionPolicy({ findResourceServer }: FeaturesUse) {
  return async (_ctx: unknown, client: Client, token: Token): Promise<boolean> => {
    if (client.clientAuthMethod === 'none') return false
    if (token.clientId === client.clientId) return true
    if (typeof token.aud !== 'string') return false
    const server = await orUnavailable(findResourceServer(token.aud))
    return server?.introspectionClient === client.clientId
  }
}
