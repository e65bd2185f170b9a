/**
 * Brings the store to what is desired: reads, plans, prepares what takes time, changes everything in one step. When
 * somebody else was faster it begins anew, a few times.
 */
import type { PasswordPolicy } from '../../accounts/password-policy.ts'
import type { Client } from '../../clients/client.ts'
import { type KeepSecretUse, secretFits } from '../../clients/keep-secret.ts'
import { newWebhookSecret, type WebhookSecrets } from '../../events/webhooks/webhook-secret.ts'
import type { ConnectorSecrets } from '../../federation/connector-secrets.ts'
import type { PasswordHasher } from '../../security/password-hash.ts'
import { readPhc } from '../../security/phc-string.ts'
import type { Clock } from '../../shared/clock.ts'
import { newSecret } from '../../shared/ids.ts'
import { carryOut } from './carry-out.ts'
import { checkAgainstStore } from './check-against-store.ts'
import { checkPasswords } from './check-passwords.ts'
import type { Desired, DesiredPassword } from './desired.ts'
import type { Finding } from './finding.ts'
import { type Change, type Facts, type PlanOptions, plan } from './plan.ts'
import { ChangedMeanwhile, type SetUpRepository, type Stored } from './set-up-repository.ts'

export interface ReconcileUse extends KeepSecretUse {
  setUp: SetUpRepository
  hasher: Pick<PasswordHasher, 'hash' | 'verify'>
  passwordPolicy: Pick<PasswordPolicy, 'minLength' | 'refuse'>
  webhookSecrets: WebhookSecrets
  connectorSecrets: ConnectorSecrets
  clock: Clock
  /** Called with what is planned before anything is changed; to reject is to change nothing. */
  beforeChange?: (changes: readonly Change[]) => Promise<void>
}

export type Reconciled =
  /** `generated`, `generatedForWebhooks`: new secrets by client id or name, to be shown once. */
  | ({ ok: true; changes: Change[]; stored: Stored } & Record<
      'generated' | 'generatedForWebhooks',
      ReadonlyMap<string, string>
    >)
  | { ok: false; faults: Finding[] }

const TRIES = 3

/** Rejects with `ChangedMeanwhile` when others are changing the same things all the time. */
export async function reconcile(
  use: ReconcileUse,
  desired: Desired,
  options: PlanOptions & { dryRun?: boolean },
): Promise<Reconciled> {
  for (let left = TRIES; ; left--) {
    try {
      return await attempt(use, desired, options)
    } catch (error) {
      if (!(error instanceof ChangedMeanwhile) || left === 1) throw error
    }
  }
}

async function attempt(
  use: ReconcileUse,
  desired: Desired,
  options: PlanOptions & { dryRun?: boolean },
): Promise<Reconciled> {
  const { setUp, beforeChange = async () => {} } = use
  const wanted = { emailKeys: desired.users.map(({ address }) => address.key), managedBy: options.managedBy }
  const stored = await setUp.read(wanted)
  const faults = checkAgainstStore(stored, desired, options)
  if (faults.length > 0) return { ok: false, faults }
  const changes = plan(stored, desired, await factsOf(use, stored, desired), options)
  const weak = await checkPasswords(changes, stored, use.passwordPolicy)
  if (weak.length > 0) return { ok: false, faults: weak }
  if (changes.length === 0 || options.dryRun)
    return { ok: true, changes, stored, generated: new Map(), generatedForWebhooks: new Map() }

  await beforeChange(changes)
  const { secrets, generated } = prepareSecrets(changes)
  const webhooks = prepareWebhookSecrets(changes)
  const hashes = await hashPasswords(use.hasher, changes)
  await setUp.change(wanted, stored, (rooms) =>
    carryOut(changes, {
      ...use,
      ...options,
      rooms,
      before: stored.clients,
      secrets,
      hashes,
      secretsOfWebhooks: webhooks.secrets,
    }),
  )
  return { ok: true, changes, stored, generated, generatedForWebhooks: webhooks.generated }
}

async function factsOf(use: ReconcileUse, stored: Stored, desired: Desired): Promise<Facts> {
  const fitting = new Set<string>()
  for (const { address, password } of desired.users) {
    const phc = stored.users.find(({ emailKey }) => emailKey === address.key)?.passwordHash
    if (phc === undefined || password?.kind !== 'plain' || readPhc(phc) === undefined) continue
    if ((await use.hasher.verify(phc, password.text)).ok) fitting.add(address.key)
  }
  return {
    secretFits: (client: Client, secret: string) => secretFits(use, client, secret),
    passwordFits: (emailKey) => fitting.has(emailKey),
    webhookSecretFits: (webhook, secret) => use.webhookSecrets.fits(webhook, secret),
    connectorSecretFits: (connector, secret) => use.connectorSecrets.fits(connector, secret),
  }
}

function prepareSecrets(changes: readonly Change[]) {
  const secrets = new Map<string, string>()
  const generated = new Map<string, string>()
  for (const change of changes) {
    if (change.kind !== 'client' || change.action === 'remove' || change.secret.step !== 'store') continue
    const made = change.secret.secret === 'generate'
    const secret = made ? newSecret() : change.secret.secret
    secrets.set(change.name, secret)
    if (made) generated.set(change.name, secret)
  }
  return { secrets, generated }
}

function prepareWebhookSecrets(changes: readonly Change[]) {
  const secrets = new Map<string, string>()
  const generated = new Map<string, string>()
  for (const change of changes) {
    if (change.kind !== 'webhook' || change.action === 'remove' || change.secret === undefined) continue
    const secret = change.secret === 'generate' ? newWebhookSecret() : change.secret
    secrets.set(change.name, secret)
    if (change.secret === 'generate') generated.set(change.name, secret)
  }
  return { secrets, generated }
}

/** Outside of the transaction, one after the other: it takes its time, and a server beside needs the cores too. */
async function hashPasswords(hasher: Pick<PasswordHasher, 'hash'>, changes: readonly Change[]) {
  const hashes = new Map<string, string>()
  for (const change of changes) {
    const password = passwordOf(change)
    if (password === undefined) continue
    hashes.set(change.name, password.kind === 'hash' ? password.phc : await hasher.hash(password.text))
  }
  return hashes
}

function passwordOf(change: Change): DesiredPassword | undefined {
  if (change.kind !== 'user' || change.action === 'remove') return undefined
  return change.action === 'create' ? change.to.password : change.password
}
