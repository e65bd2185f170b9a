/**
 * The lower half of the house, built by hand in dependency order: storage, keys, repositories, use cases. Commands need
 * this and no more; `app.ts` puts the provider and its pages on top.
 */
import { type OpenDatabase, openDatabase } from '../adapters/database.ts'
import { migrate } from '../adapters/migrate.ts'
import { localNotices, type Notices, postgresNotices, redisNotices } from '../adapters/notices.ts'
import { createAccountsRepository } from './accounts/accounts-repository.ts'
import { askToChangeEmail, withdrawEmailChange } from './accounts/ask-to-change-email.ts'
import { askToRegister } from './accounts/ask-to-register.ts'
import { askToReset } from './accounts/ask-to-reset.ts'
import { askToVerify } from './accounts/ask-to-verify.ts'
import { changePassword } from './accounts/change-password.ts'
import { changeProfile } from './accounts/change-profile.ts'
import { confirmEmailChange, findEmailChange } from './accounts/confirm-email-change.ts'
import { createUser } from './accounts/create-user.ts'
import { askToDelete, deleteDue, findDeletion, keepAccount } from './accounts/delete-later.ts'
import type { ChangeSide } from './accounts/email-changes-repository.ts'
import { importUsers } from './accounts/import-users.ts'
import { createImportsRepository } from './accounts/imports-repository.ts'
import { makeLink } from './accounts/make-link.ts'
import { openLink } from './accounts/open-link.ts'
import { redeemLink } from './accounts/redeem-link.ts'
import { findRegistration, register } from './accounts/register.ts'
import { resetPassword } from './accounts/reset-password.ts'
import { setPassword } from './accounts/set-password.ts'
import { findUndo, undoEmailChange } from './accounts/undo-email-change.ts'
import { provesEmail, verifyEmail } from './accounts/verify-email.ts'
import { createChainRepository } from './audit/chain-repository.ts'
import { createInbox } from './audit/inbox-repository.ts'
import { createRecords } from './audit/record.ts'
import { checkSecret } from './clients/check-secret.ts'
import { createClientSecrets } from './clients/client-secrets.ts'
import { createClientsRepository, createResourceServersRepository } from './clients/clients-repository.ts'
import { createFirstPartyRepository } from './clients/first-party-repository.ts'
import { sealedClientSecrets } from './clients/keep-secret.ts'
import { createSignInPolicyRepository } from './clients/sign-in-policy-repository.ts'
import type { Config } from './config/config.ts'
import type { Problem } from './config/problem.ts'
import { readOrCreateMasterKey } from './config/secret-files.ts'
import { createConsentsRepository } from './consents/consents-repository.ts'
import { giveConsent } from './consents/give-consent.ts'
import { createEndedSidsRepository } from './events/ended-sids-repository.ts'
import { createOutboxRepository } from './events/outbox-repository.ts'
import { createDeliveriesRepository } from './events/webhooks/deliveries-repository.ts'
import { createWebhookSecrets, sealedWebhookSecrets } from './events/webhooks/webhook-secret.ts'
import { createWebhooksRepository } from './events/webhooks/webhooks-repository.ts'
import { createConnectorSecrets, sealedConnectorSecrets } from './federation/connector-secrets.ts'
import { createConnectorsRepository } from './federation/connectors-repository.ts'
import { dataKeyLives } from './keys/data-key-states.ts'
import { loadDataKeys, type NumberedKey } from './keys/data-keys.ts'
import { createDataKeysRepository, type DataKeysRepository } from './keys/data-keys-repository.ts'
import { createFieldSealer } from './keys/field-seal.ts'
import { keepFresh } from './keys/keep-fresh.ts'
import { createMasterKeys } from './keys/master-keys.ts'
import { sealedSigningKeys } from './keys/signing-keys.ts'
import { createSigningKeysRepository } from './keys/signing-keys-repository.ts'
import { createDevMailboxRepository } from './messaging/dev-mailbox-repository.ts'
import { farewell } from './messaging/farewell.ts'
import { tellOfAccount } from './messaging/tell-of-account.ts'
import { tellOfCodes } from './messaging/tell-of-codes.ts'
import { tellOfReuse } from './messaging/tell-of-reuse.ts'
import { tellOfRisk } from './messaging/tell-of-risk.ts'
import { sealedCredentials } from './methods/sealed.ts'
import { openPasswords } from './passwords.ts'
import { createKeyedHash } from './security/keyed-hash.ts'
import { createOutboundFetch } from './security/outbound-fetch.ts'
import { outboundRules, webhookRules } from './security/outbound-url.ts'
import { createPasswordHasher } from './security/password-hash.ts'
import { createRiskPolicyRepository } from './security/risk/policy-repository.ts'
import { createCleanUpsRepository } from './sessions/clean-ups-repository.ts'
import { createDevicesRepository } from './sessions/devices-repository.ts'
import { createEndsRepository, endAccount } from './sessions/ends-repository.ts'
import { createSessionsRepository } from './sessions/sessions-repository.ts'
import { sightingsIn } from './sessions/sightings.ts'
import type { Clock } from './shared/clock.ts'
import type { Logger } from './telemetry/logger.ts'
import type { BreachResult } from './telemetry/metric-labels.ts'

export interface CoreUse {
  config: Config
  log: Logger
  clock: Clock
  /** Whether embedded storage may already be served by another process (a command beside a server). */
  role: 'server' | 'command'
  onPasswordQueue?: (depth: number) => void
  onBreachCheck?: (result: BreachResult) => void
  onStorageError?: (error: Error) => void
}

const DAY = 24 * 60 * 60 * 1000

export type Core = Awaited<ReturnType<typeof openCore>>

/** The configuration does not fit what is stored: exit 78, nothing was changed. */
export class ConfigurationRefused extends Error {
  readonly problems: readonly Problem[]
  constructor(problems: readonly Problem[]) {
    super('the configuration was refused')
    this.name = 'ConfigurationRefused'
    this.problems = problems
  }
}

/** Opens the stores and prepares them: folder, migrations, keys. Rejects with `StoreAway` while a store is away. */
export async function openCore(use: CoreUse) {
  const { config, log, clock } = use
  const database = await openDatabase({
    url: config.databaseUrl,
    dataDir: config.dataDir,
    poolMax: config.databasePoolMax,
    role: use.role,
    onError: (error) => {
      log.warn({ component: 'database', error }, 'a database connection was lost')
      use.onStorageError?.(error)
    },
  })
  try {
    return await buildOn(use, database, log, clock)
  } catch (error) {
    await database.close()
    throw error
  }
}

async function buildOn(use: CoreUse, database: OpenDatabase, log: Logger, clock: Clock) {
  const { db } = database
  const { applied } = await migrate(database)
  for (const migration of applied) log.info({ migration }, 'migration applied')

  const dataKeysRepository = createDataKeysRepository(db)
  const masters = createMasterKeys(await masterKeys(use, dataKeysRepository))
  const lives = dataKeyLives(use.config)
  const keys = await loadDataKeys({ repository: dataKeysRepository, masters, lives })
  const sealer = createFieldSealer(keys)
  const hasher = await createPasswordHasher({
    ...use.config.passwordHash,
    maxWaiting: 100,
    maxWaitMs: 5000,
    ...(use.onPasswordQueue === undefined ? {} : { onDepth: use.onPasswordQueue }),
  })
  const passwords = await openPasswords(use)
  const refusePassword = passwords.policy.refuse
  const accounts = createAccountsRepository(db, endAccount)
  const clients = createClientsRepository(db)
  const clientSecrets = createClientSecrets(keys)
  const signingKeys = createSigningKeysRepository(db)
  const newLinkKey = (token: string) => linkKey(keys.current('pepper'), token)
  const linkKeys = (token: string) => keys.living('pepper').map((pepper) => linkKey(pepper, token))
  const tell = (sub: string): Promise<void> => notices.publish('account', sub)
  const registering = {
    ...{ accounts, clock, linkKeys },
    browserKeys: (secret: string) => keys.living('pepper').map((pepper) => browserKey(pepper, secret)),
  }
  const auditRecords = createRecords(keys)
  const webhooks = createWebhooksRepository(db)
  const connectors = createConnectorsRepository(db)
  const consents = createConsentsRepository(db)
  const notices = openNotices(use)
  const fresh = keepFresh({
    keys,
    notices,
    onError: (error) => log.error({ component: 'keys', error }, 'changed data keys can’t be taken in'),
  })
  return {
    config: use.config,
    database,
    clock,
    keys,
    /** Rejects while data keys have changed that this node can't open. */
    checkKeys: fresh.check,
    dataKeys: { repository: dataKeysRepository, masters, lives },
    sealer,
    signingKeys,
    clients,
    clientSecrets,
    checkSecret: checkSecret({
      clientSecrets,
      renewHash: async (clientId, from, to) => {
        if (await clients.renewHash(clientId, from, to)) await notices.publish('client', clientId)
      },
      onRehashFailed: (error) => log.warn({ error }, 'a client’s secret could not be hashed anew'),
    }),
    sealedColumns: [
      sealedSigningKeys(signingKeys),
      sealedClientSecrets(clients),
      ...sealedWebhookSecrets(webhooks),
      sealedCredentials(accounts.credentials),
      sealedConnectorSecrets(connectors),
    ],
    resourceServers: createResourceServersRepository(db),
    firstParty: createFirstPartyRepository(db),
    riskPolicy: createRiskPolicyRepository(db),
    signInPolicy: createSignInPolicyRepository(db),
    connectors,
    connectorSecrets: createConnectorSecrets(sealer),
    consents,
    giveConsent: giveConsent({ consents, clock }),
    outboundFetch: createOutboundFetch({ rules: outboundRules(use.config) }),
    outbox: createOutboxRepository(db),
    webhooks,
    webhookDeliveries: createDeliveriesRepository(db),
    webhookSecrets: createWebhookSecrets(sealer),
    webhookFetch: createOutboundFetch({ rules: webhookRules(use.config), keepAlive: { clock } }),
    endedSids: createEndedSidsRepository(db),
    devMailbox: createDevMailboxRepository(db),
    accounts,
    hasher,
    passwordPolicy: passwords.policy,
    refusePassword,
    devices: createDevicesRepository(db),
    sessions: createSessionsRepository(db),
    ends: createEndsRepository(db),
    cleanUps: createCleanUpsRepository(db),
    createUser: createUser({ accounts, clock }),
    importUsers: importUsers({ imports: createImportsRepository(db), hasher, clock }),
    setPassword: setPassword({ accounts, hasher, clock, refusePassword }),
    makeLink: makeLink({ accounts, clock, linkKey: newLinkKey }),
    openLink: openLink({ accounts, clock, linkKeys }),
    openNotMeLink: openLink({ accounts, clock, linkKeys }, 'not_me'),
    linkKeys,
    newLinkKey,
    redeemLink: redeemLink({ accounts, hasher, clock, linkKeys, refusePassword }),
    askToReset: askToReset({ accounts, clock }),
    askToRegister: (admits: (email: string) => Promise<boolean>) =>
      askToRegister({
        ...{ accounts, hasher, refusePassword, clock, admits },
        browserKey: (secret) => browserKey(keys.current('pepper'), secret),
      }),
    findRegistration: findRegistration(registering),
    register: register({ ...registering, hasher, refusePassword }),
    openResetLink: openLink({ accounts, clock, linkKeys }, 'reset_password'),
    changeProfile: changeProfile({ accounts, clock, tell: (sub) => notices.publish('account', sub) }),
    changePassword: changePassword({
      ...{ accounts, hasher, clock, refusePassword: passwords.policy.refuse },
      tell: (sub) => notices.publish('account', sub),
    }),
    resetPassword: resetPassword({
      accounts,
      hasher,
      clock,
      linkKeys,
      refusePassword,
      tell,
    }),
    askToDelete: askToDelete({ accounts, clock, tell, wait: use.config.accountDeletionWait }),
    deletionDays: Math.ceil(use.config.accountDeletionWait / DAY),
    findDeletion: findDeletion({ accounts, clock, linkKeys }),
    keepAccount: keepAccount({ accounts, clock, linkKeys, tell }),
    deleteDue: deleteDue({ accounts, clock, tell, farewell }),
    askToVerify: askToVerify({ accounts, clock }),
    provesEmail: provesEmail({ accounts, clock, linkKeys }),
    verifyEmail: verifyEmail({ accounts, clock, linkKeys, tell }),
    askToChangeEmail: askToChangeEmail({ accounts, clock }),
    withdrawEmailChange: withdrawEmailChange({ accounts, clock }),
    findEmailChange: (side: ChangeSide) => findEmailChange({ accounts, clock, linkKeys }, side),
    confirmEmailChange: (side: ChangeSide) => confirmEmailChange({ accounts, clock, linkKeys, tell }, side),
    findUndo: findUndo({ accounts, clock, linkKeys }),
    undoEmailChange: undoEmailChange({ accounts, clock, linkKeys, linkKey: newLinkKey, tell }),
    eventInbox: createInbox(db),
    auditRecords,
    auditChain: createChainRepository(db, auditRecords, async (tx, events) => {
      const outbox = createOutboxRepository(tx)
      for (const event of events)
        await Promise.all(
          [tellOfReuse, tellOfRisk, tellOfAccount, tellOfCodes].map((tell) => tell(outbox, event)),
        )
      await createDevicesRepository(tx).noteSeen(sightingsIn(events))
    }),
    notices,
    close: async () => {
      fresh.stop()
      await Promise.all([passwords.close(), hasher.close()])
      await notices.close()
      await database.close()
    },
  }
}

/** Given by the environment, or kept beside embedded storage: then made only while there is nothing it could lose. */
async function masterKeys(
  { config, log }: CoreUse,
  repository: DataKeysRepository,
): Promise<readonly Buffer[]> {
  if (config.masterKeys !== undefined) return config.masterKeys
  const mayCreate = (await repository.read()).keys.length === 0
  const file = await readOrCreateMasterKey(config.dataDir, { mayCreate })
  if (!file.ok) throw new ConfigurationRefused([file.problem])
  for (const warning of file.warnings) log.warn({}, warning)
  return file.keys
}

const linkKey = ({ key }: NumberedKey, token: string): Buffer => createKeyedHash(key)('account_link', token)

const browserKey = ({ key }: NumberedKey, secret: string): Buffer =>
  createKeyedHash(key)('registration_browser', secret)

/** How nodes tell each other that something they may remember has changed: `account`, `client`, `resource_server`, `first_party`, `risk_policy`, `sign_in_policy`, `connector`. */
function openNotices({ config, log }: CoreUse): Notices {
  const onError = (error: unknown): void => log.warn({ component: 'notices', error }, 'a notice was lost')
  if (config.redisUrl !== undefined) return redisNotices(config.redisUrl, onError)
  return config.databaseUrl === undefined ? localNotices() : postgresNotices(config.databaseUrl, onError)
}
