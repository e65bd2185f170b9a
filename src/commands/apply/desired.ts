/** What a set-up asks for, in the house's own terms, with its secrets in hand. The demo asks in the same way. */
import type { EmailAddress } from '../../accounts/email.ts'
import type { ProfileClaims } from '../../accounts/rows.ts'
import type { FirstPartySettings, ResourceServer } from '../../clients/client.ts'
import type { ClientMetadata } from '../../clients/client-metadata.ts'
import type { OidcConfig } from '../../federation/connector.ts'
import type { Outcomes } from '../../security/risk/policy-repository.ts'
import type { SignInSettings } from '../../security/sign-in-policy/policy.ts'
import type { Path } from './finding.ts'

export interface Desired {
  clients: DesiredClient[]
  resourceServers: DesiredResourceServer[]
  /** Left out: stays as it is. */
  firstParty?: DesiredFirstParty
  /** Left out: stays as it is. */
  riskPolicy?: DesiredRiskPolicy
  /** Left out: stays as it is. */
  signInPolicy?: DesiredSignInPolicy
  users: DesiredUser[]
  webhooks: DesiredWebhook[]
  connectors: DesiredConnector[]
}

/** Clients and resource servers are described as a whole: what is left out has its default. */
export interface DesiredClient {
  path: Path
  clientId: string
  metadata: ClientMetadata
  /** Left out: a confidential client keeps the one it has, and a new one gets one made. */
  secret?: string
  /** Left out: stays as it is, so that no later run undoes what an operator did in haste. */
  disabled?: boolean
  signIn?: SignInSettings
}

export interface DesiredResourceServer extends Omit<ResourceServer, 'managedBy'> {
  path: Path
}

/** Described as a whole, too. */
export interface DesiredFirstParty extends Omit<FirstPartySettings, 'managedBy'> {
  path: Path
}

/** Described as a whole, too: rules that are left out have their defaults. */
export interface DesiredRiskPolicy {
  path: Path
  outcomes: Outcomes
}

/** Described as a whole, too. */
export interface DesiredSignInPolicy {
  path: Path
  settings: SignInSettings
}

/** People also change things themselves: what is left out stays as it is. */
export interface DesiredUser {
  path: Path
  address: EmailAddress
  emailVerified?: boolean
  name?: string
  profile: ProfileClaims
  serverRoles?: readonly string[]
  password?: DesiredPassword
  disabled?: boolean
}

/** Described as a whole, but for its secret and whether it is disabled. */
export interface DesiredWebhook {
  path: Path
  name: string
  url: string
  events: readonly string[]
  /** Left out: it keeps the one it has, and a new one gets one made. */
  secret?: string
  /** Left out: stays as it is. */
  disabled?: boolean
}

/** Described as a whole, but for its secret and whether it is disabled. */
export interface DesiredConnector {
  path: Path
  slug: string
  type: 'oidc'
  name: string
  config: OidcConfig
  /** `client_secret`. Left out: it keeps the one it has, and a new one is a public client. */
  secret?: string
  /** Left out: stays as it is. */
  disabled?: boolean
}

/** `at`: where the file has it, or says what has it. */
export type DesiredPassword = { kind: 'plain'; text: string; at: Path } | { kind: 'hash'; phc: string }
