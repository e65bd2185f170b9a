/** Our clients in the library's terms. */
import type { Adapter, AdapterPayload, Configuration } from 'oidc-provider'
import { ACCOUNT, type Client, FIRST_PARTY, type KnownClient } from '../clients/client.ts'
import { needsPlainSecret } from '../clients/client-metadata.ts'
import { type KeepSecretUse, revealSecret } from '../clients/keep-secret.ts'
import { logoPath } from '../clients/logo.ts'
import { accountMetadata } from './account-client.ts'
import { FIRST_PARTY_EXTRAS, type FirstPartyMetadata } from './first-party-client.ts'
import { isServerScope, splitScope } from './scopes.ts'

export interface ClientAdapterUse extends KeepSecretUse {
  findClient: (clientId: string) => Promise<KnownClient | undefined>
  /** Whether the request that the library works on is one of the house's own. */
  isInside: () => boolean
  firstPartyMetadata: () => Promise<FirstPartyMetadata>
  /** Whether a person is on the way to or from a sign-in: only there does anybody speak for `/account`. */
  isSigningIn: () => boolean
  issuer: string
  brand: { readonly name: string }
}

export function createClientAdapter(use: ClientAdapterUse): Pick<Adapter, 'find'> {
  // A look-up answers with one object as long as it remembers it: what it comes to is told once.
  const told = new WeakMap<Client, AdapterPayload>()
  const metadataOf = (client: Client): AdapterPayload => {
    const metadata = told.get(client) ?? toLibraryMetadata(client, use)
    told.set(client, metadata)
    return metadata
  }
  return {
    find: async (clientId) => {
      if (clientId === FIRST_PARTY) return use.isInside() ? use.firstPartyMetadata() : undefined
      if (clientId === ACCOUNT)
        return use.isSigningIn() ? accountMetadata(use.issuer, use.brand.name) : undefined
      const client = await use.findClient(clientId)
      return client === undefined || client.disabled ? undefined : metadataOf(client)
    },
  }
}

function toLibraryMetadata(client: Client, use: KeepSecretUse): AdapterPayload {
  const {
    profile: _,
    logo_uri,
    scope,
    require_pkce,
    id_token_claims,
    first_party,
    ...known
  } = client.metadata
  const asked = splitScope(scope)
  const own = asked.filter(isServerScope)
  return {
    ...(known as AdapterPayload),
    client_id: client.clientId,
    // A listed scope limits; if it names only scopes of resources, no claims of a person come with it.
    ...(scope === undefined ? {} : { scope: own.length > 0 ? own.join(' ') : 'openid' }),
    ...(scope === undefined ? {} : { resource_scopes: asked.filter((s) => !isServerScope(s)).join(' ') }),
    require_pkce,
    id_token_claims,
    first_party,
    ...(logo_uri === undefined ? {} : { logo_path: logoPath(client.clientId, logo_uri) }),
    ...secretOf(client, use),
  }
}

/**
 * The library wants a secret in its metadata. For a hashed one it gets the hash, which proves nothing when sent back:
 * `compareClientSecret` (see `internals.ts`) hashes what was sent and compares.
 */
function secretOf(client: Client, use: KeepSecretUse): AdapterPayload {
  const secret = revealSecret(use, client)
  if (secret !== undefined) return { client_secret: secret, secret_storage: 'sealed' }
  // Never as a key: what the database shows must sign nothing.
  if (client.secretHash === undefined || needsPlainSecret(client.metadata)) return {}
  return { client_secret: client.secretHash, secret_storage: 'hashed' }
}

export const extraClientMetadata: NonNullable<Configuration['extraClientMetadata']> = {
  properties: [
    'require_pkce',
    'id_token_claims',
    'first_party',
    'resource_scopes',
    'secret_storage',
    'logo_path',
    ...FIRST_PARTY_EXTRAS,
  ],
}

/** Where a client says nothing. */
export const clientDefaults: NonNullable<Configuration['clientDefaults']> = {
  id_token_signed_response_alg: 'ES256',
  // A code never goes into a fragment, where scripts and referrers meet it, unless the client is set up for that.
  response_modes: ['query', 'form_post'],
}
