/** From what is written to what is meant: variables are read, and what only holds between entries is looked at. */
import { PROFILE_CLAIMS } from '../../accounts/claims.ts'
import type { ProfileClaims } from '../../accounts/rows.ts'
import { webhookUrlProblem } from '../../events/webhooks/webhook-url.ts'
import { issuerUrlProblem } from '../../federation/issuer-url.ts'
import { outboundRules, outboundUrlProblem, webhookRules } from '../../security/outbound-url.ts'
import type { SignInSettings } from '../../security/sign-in-policy/policy.ts'
import type { ClientEntry } from './client-entry.ts'
import type { ConnectorEntry } from './connector-entry.ts'
import type {
  Desired,
  DesiredClient,
  DesiredConnector,
  DesiredFirstParty,
  DesiredResourceServer,
  DesiredRiskPolicy,
  DesiredSignInPolicy,
  DesiredUser,
  DesiredWebhook,
} from './desired.ts'
import type { SetUpDocument } from './document.ts'
import type { Finding, Path } from './finding.ts'
import type { FirstPartyEntry } from './first-party-entry.ts'
import type { RiskPolicyEntry } from './policies-entry.ts'
import {
  type Notes,
  readClientSecret,
  readConnectorSecret,
  readPassword,
  readWebhookSecret,
} from './resolve-secrets.ts'
import type { ResourceServerEntry } from './resource-server-entry.ts'
import type { SignInPolicyEntry } from './sign-in-policy-entry.ts'
import type { UserEntry } from './user-entry.ts'
import type { WebhookEntry } from './webhook-entry.ts'

export interface Resolved {
  desired: Desired
  faults: Finding[]
  warnings: Finding[]
}

/** `desired` counts only where there are no faults. */
export function resolve(
  { clients, resource_servers, first_party_api, policies, users, webhooks, connectors }: SetUpDocument,
  use: Pick<Notes, 'production' | 'outboundAllowPrivate' | 'readVariable'>,
): Resolved {
  const notes: Notes = { ...use, faults: [], warnings: [] }
  const desired = {
    clients: clients.map((entry, n) => toClient(entry, ['clients', n], notes)),
    resourceServers: resource_servers.map((entry, n) => toResourceServer(entry, ['resource_servers', n])),
    ...(first_party_api && { firstParty: toFirstParty(first_party_api, ['first_party_api']) }),
    ...(policies?.risk && { riskPolicy: toRiskPolicy(policies.risk, ['policies', 'risk']) }),
    ...(policies?.sign_in && {
      signInPolicy: toSignInPolicy(policies.sign_in, ['policies', 'sign_in']),
    }),
    users: users.map((entry, n) => toUser(entry, ['users', n], notes)),
    webhooks: webhooks.map((entry, n) => toWebhook(entry, ['webhooks', n], notes)),
    connectors: connectors.map((entry, n) => toConnector(entry, ['connectors', n], notes)),
  }
  notes.faults.push(
    ...namedTwice(desired.clients, 'client_id', ({ clientId }) => clientId),
    ...namedTwice(desired.resourceServers, 'identifier', ({ identifier }) => identifier),
    ...namedTwice(desired.users, 'email', ({ address }) => address.key),
    ...namedTwice(desired.webhooks, 'name', ({ name }) => name),
    ...namedTwice(desired.connectors, 'slug', ({ slug }) => slug),
  )
  return { desired, faults: notes.faults, warnings: notes.warnings }
}

function toClient(entry: ClientEntry, path: Path, notes: Notes): DesiredClient {
  const { client_id: clientId, metadata, disabled, sign_in: signIn } = entry
  const secret = readClientSecret(entry, path, notes)
  checkReceiver(entry, path, notes)
  return {
    path,
    clientId,
    metadata,
    ...(secret !== undefined && { secret }),
    ...(disabled !== undefined && { disabled }),
    ...(signIn !== undefined && { signIn: toSignInSettings(signIn) }),
  }
}

/** What only the installation can say of where the server is to send something. Names are looked up when it does. */
function checkReceiver({ metadata }: ClientEntry, path: Path, notes: Notes): void {
  const { backchannel_logout_uri: uri } = metadata
  const wrong = uri === undefined ? undefined : outboundUrlProblem(new URL(uri), outboundRules(notes))
  if (wrong !== undefined) notes.faults.push({ path: [...path, 'backchannel_logout_uri'], message: wrong })
}

const toResourceServer = (entry: ResourceServerEntry, path: Path): DesiredResourceServer => ({
  path,
  identifier: entry.identifier,
  scopes: entry.scopes,
  accessTokenFormat: entry.access_token_format,
  signingAlg: entry.signing_alg,
  accessTokenTtl: toSeconds(entry.access_token_ttl),
  introspectionClient: entry.introspection_client,
})

const toFirstParty = (entry: FirstPartyEntry, path: Path): DesiredFirstParty => ({
  path,
  resource: entry.resource,
  scope: entry.scope,
  accessTokenTtl: toSeconds(entry.access_token_ttl),
  refreshTokenTtl: toSeconds(entry.refresh_token_ttl),
  refreshFamilyTtl: toSeconds(entry.refresh_family_ttl),
})

const toRiskPolicy = (entry: RiskPolicyEntry, path: Path): DesiredRiskPolicy => ({
  path,
  outcomes: withoutUndefined(entry),
})

const toSignInPolicy = (entry: SignInPolicyEntry, path: Path): DesiredSignInPolicy => ({
  path,
  settings: toSignInSettings(entry),
})

function toSignInSettings(entry: SignInPolicyEntry): SignInSettings {
  const lives = {
    session_length: toSeconds(entry.session_length),
    remember_device: toSeconds(entry.remember_device),
  }
  return withoutUndefined({ ...entry, ...lives })
}

const withoutUndefined = (entry: object): object =>
  Object.fromEntries(Object.entries(entry).filter(([, value]) => value !== undefined))

const toSeconds = (ms: number | undefined): number | undefined => (ms === undefined ? undefined : ms / 1000)

function toUser(entry: UserEntry, path: Path, notes: Notes): DesiredUser {
  const { email: address, email_verified: emailVerified, name, server_roles: serverRoles, disabled } = entry
  const password = readPassword(entry, path, notes)
  return {
    path,
    address,
    profile: profileOf(entry),
    ...(emailVerified !== undefined && { emailVerified }),
    ...(name !== undefined && { name }),
    ...(serverRoles !== undefined && { serverRoles }),
    ...(password !== undefined && { password }),
    ...(disabled !== undefined && { disabled }),
  }
}

function toWebhook(entry: WebhookEntry, path: Path, notes: Notes): DesiredWebhook {
  const { name, url, events, disabled } = entry
  const wrong = webhookUrlProblem(url, webhookRules(notes))
  if (wrong !== undefined) notes.faults.push({ path: [...path, 'url'], message: wrong })
  const secret = readWebhookSecret(entry, path, notes)
  return {
    path,
    name,
    url,
    events,
    ...(secret !== undefined && { secret }),
    ...(disabled !== undefined && { disabled }),
  }
}

function toConnector(entry: ConnectorEntry, path: Path, notes: Notes): DesiredConnector {
  const { slug, type, name = slug, disabled } = entry
  const { issuer, client_id, scope } = entry.config
  const wrong = issuerUrlProblem(issuer, notes)
  if (wrong !== undefined) notes.faults.push({ path: [...path, 'config', 'issuer'], message: wrong })
  const secret = readConnectorSecret(entry, path, notes)
  return {
    path,
    slug,
    type,
    name,
    config: { issuer, client_id, scope },
    ...(secret !== undefined && { secret }),
    ...(disabled !== undefined && { disabled }),
  }
}

const profileOf = (entry: UserEntry): ProfileClaims =>
  Object.fromEntries(
    PROFILE_CLAIMS.flatMap((claim) => (entry[claim] === undefined ? [] : [[claim, entry[claim]]])),
  )

function namedTwice<T extends { path: Path }>(
  entries: readonly T[],
  field: string,
  nameOf: (entry: T) => string,
): Finding[] {
  const seen = new Set<string>()
  return entries.flatMap((entry) => {
    const name = nameOf(entry)
    const again = seen.has(name)
    seen.add(name)
    return again ? [{ path: [...entry.path, field], message: `${name} is named twice` }] : []
  })
}
