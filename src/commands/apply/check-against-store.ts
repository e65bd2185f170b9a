import type { Client } from '../../clients/client.ts'
import { isConfidential, needsPlainSecret } from '../../clients/client-metadata.ts'
import type { Connector } from '../../federation/connector.ts'
import { splitScope } from '../../provider/scopes.ts'
import type { Desired, DesiredClient, DesiredConnector } from './desired.ts'
import type { Finding, Path } from './finding.ts'
import type { PlanOptions } from './plan.ts'
import type { Stored } from './set-up-repository.ts'

/** What is wrong with a set-up only in the light of what is stored. */
export function checkAgainstStore(stored: Stored, desired: Desired, options: PlanOptions): Finding[] {
  return [
    ...desired.clients.flatMap((client) => secretOutOfReach(stored.clients, client)),
    ...desired.resourceServers.flatMap(({ path, introspectionClient }) => {
      if (introspectionClient === undefined) return []
      const metadata = metadataAfter(introspectionClient, stored, desired, options)
      const at = [...path, 'introspection_client']
      if (metadata === undefined) return [{ path: at, message: `${introspectionClient} is no client` }]
      return isConfidential(metadata) ? [] : [{ path: at, message: `${introspectionClient} has no secret` }]
    }),
    ...desired.connectors.flatMap((connector) => secretOfAnother(stored.connectors, connector)),
    ...firstPartyOutOfReach(stored, desired, options),
  ]
}

/** A hash can't be turned back, and algorithms that use the secret as a key need itself. */
function secretOutOfReach(stored: readonly Client[], desired: DesiredClient): Finding[] {
  const before = stored.find(({ clientId }) => clientId === desired.clientId)
  const hashed = before?.secretHash !== undefined && before.secretSealed === undefined
  if (!hashed || !needsPlainSecret(desired.metadata) || desired.secret !== undefined) return []
  return [
    { path: desired.path, message: 'needs client_secret_env: of the secret so far only a hash is kept' },
  ]
}

/** Who may change where a connector asks must not get the secret sent there that is known to the other one only. */
function secretOfAnother(stored: readonly Connector[], desired: DesiredConnector): Finding[] {
  const { path, slug, config, secret } = desired
  const before = stored.find((connector) => connector.slug === slug)
  if (before?.secretSealed === undefined || before.config.issuer === config.issuer) return []
  if (secret !== undefined) return []
  const message = 'is another one than before, and the secret was for that one: give client_secret_env too'
  return [{ path: [...path, 'config', 'issuer'], message }]
}

/** What tokens of the first-party API are for must be there when everything is done. */
function firstPartyOutOfReach(
  { resourceServers, firstParty }: Stored,
  desired: Desired,
  { prune, managedBy }: PlanOptions,
): Finding[] {
  const goes = (entry: { managedBy: string | undefined }): boolean => prune && entry.managedBy === managedBy
  const stays = firstParty !== undefined && !goes(firstParty) ? firstParty : undefined
  const { resource, scope } = desired.firstParty ?? stays ?? {}
  if (resource === undefined) return []
  const named = desired.resourceServers.find(({ identifier }) => identifier === resource)
  const kept = resourceServers.find(({ identifier }) => identifier === resource)
  const server = named ?? (kept !== undefined && goes(kept) ? undefined : kept)
  const at = (field: string): Path =>
    desired.firstParty === undefined ? (named?.path ?? ['resource_servers']) : ['first_party_api', field]
  if (server === undefined) {
    const why =
      kept === undefined ? 'is no resource server' : 'would be removed by --prune, and tokens are for it'
    return [{ path: at('resource'), message: `${resource} ${why}` }]
  }
  return splitScope(scope)
    .filter((name) => !server.scopes.includes(name))
    .map((name) => ({
      path: at('scope'),
      message: `first-party tokens have ${name}, which is no scope of ${resource}`,
    }))
}

function metadataAfter(
  clientId: string,
  stored: Stored,
  desired: Desired,
  { prune, managedBy }: PlanOptions,
) {
  const named = desired.clients.find((client) => client.clientId === clientId)
  if (named !== undefined) return named.metadata
  const kept = stored.clients.find((client) => client.clientId === clientId)
  return prune && kept?.managedBy === managedBy ? undefined : kept?.metadata
}
