import { type Client, errors, type ResourceServer } from 'oidc-provider'
import type { ResourceServer as StoredResourceServer } from '../clients/client.ts'
import { splitScope } from './scopes.ts'
import { orUnavailable } from './unavailable.ts'

export interface ResourcesUse {
  findResourceServer: (identifier: string) => Promise<StoredResourceServer | undefined>
}

/**
 * Resource indicators (RFC 8707). The library lets every client ask for every scope of every resource, so the limit is
 * drawn here: a client with a `scope` of its own gets what it lists; one without gets what a person consents to, and
 * by client credentials nothing.
 */
export function createResources({ findResourceServer }: ResourcesUse) {
  return async (_ctx: unknown, identifier: string, client: Client): Promise<ResourceServer> => {
    const server = await orUnavailable(findResourceServer(identifier))
    if (server === undefined) throw new errors.InvalidTarget('this resource is not known here')
    const scopes = allowedScopes(server, client)
    if (scopes.length === 0) throw new errors.InvalidTarget('this client may not use this resource')
    return {
      scope: scopes.join(' '),
      audience: server.identifier,
      ...(server.accessTokenTtl === undefined ? {} : { accessTokenTTL: server.accessTokenTtl }),
      accessTokenFormat: server.accessTokenFormat,
      jwt: { sign: { alg: server.signingAlg as 'ES256' } },
    }
  }
}

function allowedScopes(server: StoredResourceServer, client: Client): string[] {
  const listed = client['resource_scopes']
  if (typeof listed === 'string') {
    const own = new Set(splitScope(listed))
    return server.scopes.filter((scope) => own.has(scope))
  }
  return client.grantTypes?.includes('client_credentials') ? [] : server.scopes
}
