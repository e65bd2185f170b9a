import type { Client, Configuration, KoaContextWithOIDC } from 'oidc-provider'
import type { Account } from '../accounts/account.ts'
import type { ResourceServer as StoredResourceServer } from '../clients/client.ts'
import type { createResources } from './resources.ts'
import { orUnavailable } from './unavailable.ts'

export interface IntrospectionUse {
  findAccount: (sub: string) => Promise<Account | undefined>
  findResourceServer: (identifier: string) => Promise<StoredResourceServer | undefined>
}

export interface FeaturesUse {
  getResourceServerInfo: ReturnType<typeof createResources>
  mayIntrospect: ReturnType<typeof createIntrospectionPolicy>
  /** 32 bytes, the same on all nodes. */
  nonceSecret: Buffer
  logoutSource: (ctx: KoaContextWithOIDC) => void
  postLogoutSuccessSource: (ctx: KoaContextWithOIDC) => void
}

type Features = NonNullable<Configuration['features']>
type Token = {
  clientId?: string | undefined
  accountId?: string | undefined
  aud?: string | string[] | undefined
}

/** The whole table: what is on, and what is off though the library has it on by itself. */
export function features(use: FeaturesUse): Features {
  return {
    devInteractions: { enabled: false },
    // A nonce of ours in every proof: none can be made ahead, and a client's clock does not matter (RFC 9449 §8).
    dPoP: { enabled: true, nonceSecret: use.nonceSecret, requireNonce: () => true },
    // What is sent goes by the outbox: see `nameSessions`.
    backchannelLogout: { enabled: true },
    claimsParameter: { enabled: true },
    clientCredentials: { enabled: true },
    introspection: {
      enabled: true,
      allowedPolicy: (_ctx, client, token) => use.mayIntrospect(client, token as Token),
    },
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
 * resource server names; the library would let every confidential client see every token. A token of somebody who is
 * gone or disabled is active for nobody.
 */
export function createIntrospectionPolicy({ findAccount, findResourceServer }: IntrospectionUse) {
  return async (client: Client, token: Token): Promise<boolean> => {
    if (client.clientAuthMethod === 'none') return false
    if (token.accountId !== undefined) {
      const account = await orUnavailable(findAccount(token.accountId))
      if (account === undefined || account.disabled) return false
    }
    if (token.clientId === client.clientId) return true
    if (typeof token.aud !== 'string') return false
    const server = await orUnavailable(findResourceServer(token.aud))
    return server?.introspectionClient === client.clientId
  }
}
