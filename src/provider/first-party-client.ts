/**
 * The built-in client of the first-party API as the library sees it, with what the operator has set of its tokens. That
 * holds for whatever is issued from now on: a family that is older than the setting goes over to it at its next refresh.
 * So what a token is for is never read from a stored grant, but from the client of the request.
 */
import type { AdapterPayload, Client } from 'oidc-provider'
import { FIRST_PARTY, type FirstPartySettings, type ResourceServer } from '../clients/client.ts'
import { AppError } from '../shared/app-error.ts'
import { splitScope } from './scopes.ts'

/** Never visited: the library wants one of every client that redeems codes. */
export const NOWHERE = 'https://first-party.invalid/'
const SCOPE = 'openid profile email'

export interface FirstPartyClientUse {
  /** Undefined where nothing was set. */
  findFirstParty: () => Promise<FirstPartySettings | undefined>
  findResourceServer: (identifier: string) => Promise<ResourceServer | undefined>
}

/** Lives in seconds; `tokens_for` and `resource_scopes`: the resource server and scopes of it, or neither. */
export interface FirstPartyMetadata extends AdapterPayload {
  tokens_for?: string
  resource_scopes?: string
  access_token_ttl?: number
  refresh_token_ttl?: number
  refresh_family_ttl?: number
}

export const FIRST_PARTY_EXTRAS = [
  'tokens_for',
  'access_token_ttl',
  'refresh_token_ttl',
  'refresh_family_ttl',
] as const

/** Rejects while the resource server, or every scope that was set of it, is not there: no token is issued for anything else in its place. */
export function createFirstPartyMetadata({ findFirstParty, findResourceServer }: FirstPartyClientUse) {
  // A look-up answers with one object as long as it remembers it: what it comes to is told once.
  let told: Told | undefined
  return async (): Promise<FirstPartyMetadata> => {
    const settings = await findFirstParty()
    const resource = settings?.resource
    const server = resource === undefined ? undefined : await findResourceServer(resource)
    if (resource !== undefined && scopesOf(server, settings).length === 0)
      throw new AppError('busy', 'Try again in a moment.', { detail: `${resource} is not there` })
    if (told === undefined || told.settings !== settings || told.server !== server)
      told = { settings, server, metadata: toMetadata(settings, server) }
    return told.metadata
  }
}

interface Told {
  settings: FirstPartySettings | undefined
  server: ResourceServer | undefined
  metadata: FirstPartyMetadata
}

function scopesOf(server: Told['server'], settings: Told['settings']): string[] {
  const all = server?.scopes ?? []
  return settings?.scope === undefined ? all : all.filter((name) => splitScope(settings.scope).includes(name))
}

function toMetadata(settings: Told['settings'], server: Told['server']): FirstPartyMetadata {
  const { accessTokenTtl, refreshTokenTtl, refreshFamilyTtl } = settings ?? {}
  return {
    client_id: FIRST_PARTY,
    redirect_uris: [NOWHERE],
    response_types: ['code'],
    grant_types: ['authorization_code', 'refresh_token'],
    token_endpoint_auth_method: 'none',
    scope: SCOPE,
    ...(server && { tokens_for: server.identifier, resource_scopes: scopesOf(server, settings).join(' ') }),
    ...(accessTokenTtl !== undefined && { access_token_ttl: accessTokenTtl }),
    ...(refreshTokenTtl !== undefined && { refresh_token_ttl: refreshTokenTtl }),
    ...(refreshFamilyTtl !== undefined && { refresh_family_ttl: refreshFamilyTtl }),
  }
}

/** What a grant allows, as the library keeps it. */
export function firstPartyGrant({ tokens_for: resource, resource_scopes: scopes }: FirstPartyMetadata) {
  return { openid: { scope: SCOPE }, ...(resource && scopes ? { resources: { [resource]: scopes } } : {}) }
}

/** What a code, and the family that comes of it, asks for. */
export function firstPartyScope({ tokens_for: resource, resource_scopes: scopes }: FirstPartyMetadata) {
  return { scope: resource && scopes ? `${SCOPE} ${scopes}` : SCOPE, ...(resource ? { resource } : {}) }
}

/** A grant, code or refresh token as it was stored, brought to what is set now. What was issued, or is others', stays. */
export function asSetUp(payload: AdapterPayload, client: Client | undefined): AdapterPayload {
  if (payload.clientId !== FIRST_PARTY || client?.clientId !== FIRST_PARTY) return payload
  const metadata = client as unknown as FirstPartyMetadata
  const { resources: _, resource: __, ...rest } = payload
  if (payload.kind === 'AccessToken') return payload
  return { ...rest, ...(payload.kind === 'Grant' ? firstPartyGrant(metadata) : firstPartyScope(metadata)) }
}
