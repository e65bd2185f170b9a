/**
 * What must change so that the store is as a set-up describes it. A pure function of both sides: the same question
 * always gets the same answer, and `--dry-run` shows exactly what would be done.
 */
import type { UserChanges } from '../../accounts/users-repository.ts'
import type { Client, FirstPartySettings, ResourceServer } from '../../clients/client.ts'
import type { StoredSignInPolicy } from '../../clients/sign-in-policy-repository.ts'
import type { Connector } from '../../federation/connector.ts'
import type { RiskPolicySettings } from '../../security/risk/policy-repository.ts'
import type { Desired, DesiredPassword, DesiredUser } from './desired.ts'
import type { FieldChange } from './fields.ts'
import { planClient } from './plan-client.ts'
import { planConnector } from './plan-connector.ts'
import { planFirstParty } from './plan-first-party.ts'
import { planResourceServer } from './plan-resource-server.ts'
import { planRiskPolicy } from './plan-risk-policy.ts'
import { planSignInPolicy } from './plan-sign-in-policy.ts'
import { planUser } from './plan-user.ts'
import { planWebhook } from './plan-webhook.ts'
import type { Manager, Stored, StoredWebhook } from './set-up-repository.ts'

/** What only the keys of the house can tell. */
export interface Facts {
  secretFits(stored: Client, secret: string): boolean
  passwordFits(emailKey: string): boolean
  webhookSecretFits(stored: StoredWebhook, secret: string): boolean
  connectorSecretFits(stored: Connector, secret: string): boolean
}

export interface PlanOptions {
  /** Who makes what is new. */
  managedBy: Manager
  /** Removes what this manager made and the set-up no longer names. */
  prune: boolean
}

/** `keep`: as it is stored, or in the other form where the client's algorithms now ask for it. */
export type SecretStep = { step: 'keep' } | { step: 'drop' } | { step: 'store'; secret: string | 'generate' }

interface WebhookChange {
  to: { url: string; events: readonly string[]; disabled: boolean }
  /** Left out: as it is stored. */
  secret: string | undefined
}

interface ConnectorChange {
  to: Pick<Connector, 'type' | 'name' | 'config' | 'disabled'>
  /** Left out: as it is stored. */
  secret: string | undefined
}

interface Described {
  name: string
  fields: readonly FieldChange[]
}

export type Change = Described &
  (
    | {
        kind: 'client'
        action: 'create' | 'update'
        to: Omit<Client, 'secretHash' | 'secretSealed'>
        secret: SecretStep
      }
    | { kind: 'client'; action: 'remove' }
    | { kind: 'resource_server'; action: 'create' | 'update'; to: ResourceServer }
    | { kind: 'resource_server'; action: 'remove' }
    | { kind: 'first_party_api'; action: 'create' | 'update'; to: FirstPartySettings }
    | { kind: 'first_party_api'; action: 'remove' }
    | { kind: 'risk_policy'; action: 'create' | 'update'; to: RiskPolicySettings }
    | { kind: 'risk_policy'; action: 'remove' }
    | { kind: 'sign_in_policy'; action: 'create' | 'update'; to: StoredSignInPolicy }
    | { kind: 'sign_in_policy'; action: 'remove' }
    | { kind: 'user'; action: 'create'; to: DesiredUser; managedBy: Manager }
    | {
        kind: 'user'
        action: 'update'
        id: string
        sub: string
        set: UserChanges
        password: DesiredPassword | undefined
      }
    | { kind: 'user'; action: 'remove'; id: string; sub: string }
    | (WebhookChange & { kind: 'webhook'; action: 'create'; managedBy: Manager })
    | (WebhookChange & { kind: 'webhook'; action: 'update'; before: StoredWebhook })
    | { kind: 'webhook'; action: 'remove'; id: string }
    | (ConnectorChange & { kind: 'connector'; action: 'create'; managedBy: Manager })
    | (ConnectorChange & { kind: 'connector'; action: 'update'; before: Connector })
    | { kind: 'connector'; action: 'remove'; id: string }
  )

export type ChangeOf<Kind extends Change['kind']> = Extract<Change, { kind: Kind }>

export const touches = (change: Change, name: string): boolean =>
  change.fields.some(({ field }) => field === name)

export function plan(stored: Stored, desired: Desired, facts: Facts, options: PlanOptions): Change[] {
  const firstParty = planFirstParty(stored.firstParty, desired.firstParty, options)
  const riskPolicy = planRiskPolicy(stored.riskPolicy, desired.riskPolicy, options)
  const signInPolicy = planSignInPolicy(stored.signInPolicy, desired.signInPolicy, options)
  return [
    ...desired.clients.flatMap((client) => planClient(stored.clients, client, facts, options) ?? []),
    ...desired.resourceServers.flatMap(
      (server) => planResourceServer(stored.resourceServers, server, options) ?? [],
    ),
    // Between the resource servers that come and those that go: it names one.
    ...(firstParty === undefined ? [] : [firstParty]),
    ...(riskPolicy === undefined ? [] : [riskPolicy]),
    ...(signInPolicy === undefined ? [] : [signInPolicy]),
    ...desired.users.flatMap((user) => planUser(stored.users, user, facts, options) ?? []),
    ...desired.webhooks.flatMap((webhook) => planWebhook(stored.webhooks, webhook, facts, options) ?? []),
    ...desired.connectors.flatMap(
      (connector) => planConnector(stored.connectors, connector, facts, options) ?? [],
    ),
    ...(options.prune ? removals(stored, desired, options.managedBy) : []),
  ]
}

function removals(stored: Stored, desired: Desired, managedBy: Manager): Change[] {
  const servers = new Set(desired.resourceServers.map(({ identifier }) => identifier))
  const clients = new Set(desired.clients.map(({ clientId }) => clientId))
  const users = new Set(desired.users.map(({ address }) => address.key))
  const webhooks = new Set(desired.webhooks.map(({ name }) => name))
  const connectors = new Set(desired.connectors.map(({ slug }) => slug))
  const made = (entry: { managedBy: string | undefined }): boolean => entry.managedBy === managedBy
  const remove = { action: 'remove', fields: [] } as const
  return [
    ...stored.resourceServers
      .filter((server) => made(server) && !servers.has(server.identifier))
      .map(({ identifier }) => ({ kind: 'resource_server', name: identifier, ...remove }) as const),
    ...stored.clients
      .filter((client) => made(client) && !clients.has(client.clientId))
      .map(({ clientId }) => ({ kind: 'client', name: clientId, ...remove }) as const),
    ...stored.users
      .filter((user) => made(user) && !users.has(user.emailKey))
      .map(({ email, id, sub }) => ({ kind: 'user', name: email, id, sub, ...remove }) as const),
    ...stored.webhooks
      .filter((webhook) => made(webhook) && !webhooks.has(webhook.name))
      .map(({ name, id }) => ({ kind: 'webhook', name, id, ...remove }) as const),
    ...stored.connectors
      .filter((connector) => made(connector) && !connectors.has(connector.slug))
      .map(({ slug, id }) => ({ kind: 'connector', name: slug, id, ...remove }) as const),
  ]
}
