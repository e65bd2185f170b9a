/**
 * The stored side of a set-up: what a plan is made from, and the one transaction that carries it out. Planning takes
 * time (passwords are hashed), so it happens outside; the transaction looks again whether its grounds still hold.
 */
import { isDeepStrictEqual } from 'node:util'
import type { Kysely } from 'kysely'
import type { OpenDatabase } from '../../../adapters/database.ts'
import type { Account } from '../../accounts/account.ts'
import { type AccountsRepository, createAccountsRepository } from '../../accounts/accounts-repository.ts'
import { normaliseEmail } from '../../accounts/email.ts'
import { passwordHashOf } from '../../accounts/person.ts'
import type { Client, FirstPartySettings, ResourceServer } from '../../clients/client.ts'
import {
  type ClientsRepository,
  createClientsRepository,
  createResourceServersRepository,
  type ResourceServersRepository,
} from '../../clients/clients-repository.ts'
import {
  createFirstPartyRepository,
  type FirstPartyRepository,
} from '../../clients/first-party-repository.ts'
import {
  createSignInPolicyRepository,
  type SignInPolicyRepository,
  type StoredSignInPolicy,
} from '../../clients/sign-in-policy-repository.ts'
import type { Webhook } from '../../events/webhooks/webhook.ts'
import {
  createWebhooksRepository,
  type WebhooksRepository,
} from '../../events/webhooks/webhooks-repository.ts'
import type { Connector } from '../../federation/connector.ts'
import {
  type ConnectorsRepository,
  createConnectorsRepository,
} from '../../federation/connectors-repository.ts'
import type { Database } from '../../schema.ts'
import {
  createRiskPolicyRepository,
  type RiskPolicyRepository,
  type RiskPolicySettings,
} from '../../security/risk/policy-repository.ts'
import { endAccount } from '../../sessions/ends-repository.ts'

export type Manager = 'apply' | 'demo'

export interface Stored {
  clients: Client[]
  resourceServers: ResourceServer[]
  firstParty: FirstPartySettings | undefined
  riskPolicy: RiskPolicySettings | undefined
  signInPolicy: StoredSignInPolicy | undefined
  /** Those who were asked for, and those whom the manager made. */
  users: StoredUser[]
  webhooks: StoredWebhook[]
  connectors: Connector[]
}

/** Nothing that a sign-in changes: it must not upset a plan. */
export interface StoredUser extends Omit<Account, 'createdAt' | 'updatedAt' | 'lastSignInAt'> {
  emailKey: string
  passwordHash: string | undefined
}

/** Nothing that its receiver changes. */
export type StoredWebhook = Omit<Webhook, 'failingSince' | 'lastFailure'>

export interface Wanted {
  emailKeys: readonly string[]
  managedBy: Manager
}

export interface Rooms {
  clients: ClientsRepository
  resourceServers: ResourceServersRepository
  firstParty: FirstPartyRepository
  riskPolicy: RiskPolicyRepository
  signInPolicy: SignInPolicyRepository
  accounts: AccountsRepository
  webhooks: WebhooksRepository
  connectors: ConnectorsRepository
}

/** Something was changed by somebody else between the plan and its carrying out. */
export class ChangedMeanwhile extends Error {}

export interface SetUpRepository {
  read(wanted: Wanted): Promise<Stored>
  /** All of the work or none of it; rejects with `ChangedMeanwhile` when what is stored is not `grounds` any more. */
  change(wanted: Wanted, grounds: Stored, work: (rooms: Rooms) => Promise<void>): Promise<void>
}

export function createSetUpRepository(database: Pick<OpenDatabase, 'db' | 'unhurried'>): SetUpRepository {
  return {
    read: (wanted) => read(roomsIn(database.db), wanted),
    change: async (wanted, grounds, work) => {
      const inOneStep = (db: Kysely<Database>): Promise<void> =>
        db
          .transaction()
          .setIsolationLevel('repeatable read')
          .execute(async (tx) => {
            const rooms = roomsIn(tx)
            if (!isDeepStrictEqual(await read(rooms, wanted), grounds)) throw new ChangedMeanwhile()
            await work(rooms)
          })
      await database.unhurried(inOneStep).catch((error: unknown) => {
        throw isConflict(error) ? new ChangedMeanwhile('', { cause: error }) : error
      })
    },
  }
}

const roomsIn = (db: Kysely<Database>): Rooms => ({
  clients: createClientsRepository(db),
  resourceServers: createResourceServersRepository(db),
  firstParty: createFirstPartyRepository(db),
  riskPolicy: createRiskPolicyRepository(db),
  signInPolicy: createSignInPolicyRepository(db),
  accounts: createAccountsRepository(db, endAccount),
  webhooks: createWebhooksRepository(db),
  connectors: createConnectorsRepository(db),
})

async function read(
  { clients, resourceServers, firstParty, riskPolicy, signInPolicy, accounts, webhooks, connectors }: Rooms,
  wanted: Wanted,
): Promise<Stored> {
  const made = await managed(accounts, wanted.managedBy)
  const keys = new Set([...wanted.emailKeys, ...made])
  const users: StoredUser[] = []
  for (const key of keys) {
    const found = await accounts.users.findPersonByEmailKey(key)
    if (found === undefined) continue
    const { createdAt: _, updatedAt: __, lastSignInAt: ___, ...account } = found.account
    users.push({ ...account, emailKey: key, passwordHash: passwordHashOf(found) })
  }
  return {
    clients: await clients.list(),
    resourceServers: await resourceServers.list(),
    firstParty: await firstParty.find(),
    riskPolicy: await riskPolicy.find(),
    signInPolicy: await signInPolicy.find(),
    users,
    webhooks: (await webhooks.list()).map(({ failingSince: _, lastFailure: __, ...webhook }) => webhook),
    connectors: await connectors.list(),
  }
}

const PAGE = 1000

async function managed({ users }: AccountsRepository, managedBy: Manager): Promise<string[]> {
  const keys: string[] = []
  for (let after: string | undefined; ; ) {
    const page = await users.list({ managedBy, limit: PAGE, ...(after !== undefined && { after }) })
    keys.push(...page.flatMap(({ email }) => normaliseEmail(email)?.key ?? []))
    after = page.at(-1)?.id
    if (page.length < PAGE || after === undefined) return keys
  }
}

/** SQLSTATE: serialization failure, deadlock, unique violation, a row that is named has gone. */
const CONFLICTS = ['40001', '40P01', '23505', '23503']

const isConflict = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && CONFLICTS.includes(String(error.code))
