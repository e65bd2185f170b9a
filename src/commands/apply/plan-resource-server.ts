import type { ResourceServer } from '../../clients/client.ts'
import type { DesiredResourceServer } from './desired.ts'
import { differences } from './fields.ts'
import type { ChangeOf, PlanOptions } from './plan.ts'
import { inSeconds } from './plan-first-party.ts'

export function planResourceServer(
  stored: readonly ResourceServer[],
  desired: DesiredResourceServer,
  { managedBy }: PlanOptions,
): ChangeOf<'resource_server'> | undefined {
  const { path: _, ...server } = desired
  const before = stored.find(({ identifier }) => identifier === server.identifier)
  const to = { ...server, managedBy: before === undefined ? managedBy : before.managedBy }
  const fields = differences(before === undefined ? {} : described(before), described(to))
  if (before !== undefined && fields.length === 0) return undefined
  const action = before === undefined ? 'create' : 'update'
  return { kind: 'resource_server', action, name: server.identifier, fields, to }
}

/** By the names of the file. */
const described = (server: ResourceServer): Record<string, unknown> => ({
  scopes: server.scopes,
  access_token_format: server.accessTokenFormat,
  signing_alg: server.signingAlg,
  access_token_ttl: inSeconds(server.accessTokenTtl),
  introspection_client: server.introspectionClient,
})
