import { createUser } from '../../accounts/create-user.ts'
import { deleteUser } from '../../accounts/delete-user.ts'
import { disableUser } from '../../accounts/disable-user.ts'
import { type AuditEvent, createEvent, type NewEvent } from '../../audit/event.ts'
import { type Client, FIRST_PARTY } from '../../clients/client.ts'
import { needsPlainSecret } from '../../clients/client-metadata.ts'
import { type KeepSecretUse, type KeptSecret, keepSecret, revealSecret } from '../../clients/keep-secret.ts'
import type { Clock } from '../../shared/clock.ts'
import { type CarryOutConnectorUse, changeConnector } from './carry-out-connector.ts'
import { type CarryOutWebhookUse, changeWebhook } from './carry-out-webhook.ts'
import { type Change, type ChangeOf, touches } from './plan.ts'
import { ChangedMeanwhile, type Manager, type Rooms } from './set-up-repository.ts'

export interface CarryOutUse extends KeepSecretUse, CarryOutWebhookUse, CarryOutConnectorUse {
  clock: Clock
  /** Who acts, for the audit trail. */
  managedBy: Manager
  rooms: Rooms
  /** Clients as they were when the plan was made. */
  before: readonly Client[]
  /** Made beforehand, by the names of the changes: secrets of clients, hashes of passwords. */
  secrets: ReadonlyMap<string, string>
  hashes: ReadonlyMap<string, string>
}

/** Does what was planned, within a transaction that is open: it uses `rooms` and nothing else. */
export async function carryOut(changes: readonly Change[], use: CarryOutUse): Promise<void> {
  for (const change of changes) {
    if (change.kind === 'client') await changeClient(change, use)
    else if (change.kind === 'resource_server') await changeResourceServer(change, use)
    else if (change.kind === 'first_party_api') await changeFirstParty(change, use)
    else if (change.kind === 'risk_policy') await changeRiskPolicy(change, use)
    else if (change.kind === 'sign_in_policy') await changeSignInPolicy(change, use)
    else if (change.kind === 'webhook') await changeWebhook(change, use)
    else if (change.kind === 'connector') await changeConnector(change, use)
    else await changeUser(change, use)
  }
}

async function changeClient(change: ChangeOf<'client'>, use: CarryOutUse): Promise<void> {
  const { clients } = use.rooms
  const client = change.name
  if (change.action === 'remove')
    return void (await clients.remove(client, event(use, { type: 'client.deleted', client })))
  const saved: NewEvent =
    change.action === 'create'
      ? { type: 'client.created', client }
      : { type: 'client.updated', client, details: { fields: fieldsOf(change) } }
  await clients.save({ ...change.to, ...keptSecret(change, use) }, event(use, saved))
}

function keptSecret(change: Exclude<ChangeOf<'client'>, { action: 'remove' }>, use: CarryOutUse): KeptSecret {
  const { to, secret } = change
  const none = { secretHash: undefined, secretSealed: undefined }
  if (secret.step === 'drop') return none
  if (secret.step === 'store')
    return keepSecret(use, to.clientId, to.metadata, use.secrets.get(change.name) ?? missing(change.name))
  const before = use.before.find(({ clientId }) => clientId === to.clientId)
  if (before === undefined) return none
  const revealed = needsPlainSecret(to.metadata) ? undefined : revealSecret(use, before)
  if (revealed !== undefined) return keepSecret(use, to.clientId, to.metadata, revealed)
  return { secretHash: before.secretHash, secretSealed: before.secretSealed }
}

async function changeResourceServer(change: ChangeOf<'resource_server'>, use: CarryOutUse): Promise<void> {
  const { resourceServers } = use.rooms
  const identifier = change.name
  if (change.action === 'remove') {
    const deleted = event(use, { type: 'resource_server.deleted', details: { identifier } })
    return void (await resourceServers.remove(identifier, deleted))
  }
  const saved: NewEvent =
    change.action === 'create'
      ? { type: 'resource_server.created', details: { identifier } }
      : { type: 'resource_server.updated', details: { identifier, fields: fieldsOf(change) } }
  await resourceServers.save(change.to, event(use, saved))
}

async function changeFirstParty(change: ChangeOf<'first_party_api'>, use: CarryOutUse): Promise<void> {
  const { firstParty } = use.rooms
  const details = { fields: fieldsOf(change) }
  const updated = event(use, { type: 'first_party.updated', client: FIRST_PARTY, details })
  if (change.action === 'remove') return void (await firstParty.remove(updated))
  await firstParty.save(change.to, updated)
}

async function changeRiskPolicy(change: ChangeOf<'risk_policy'>, use: CarryOutUse): Promise<void> {
  const { riskPolicy } = use.rooms
  const updated = event(use, { type: 'risk_policy.updated', details: { fields: fieldsOf(change) } })
  if (change.action === 'remove') return void (await riskPolicy.remove(updated))
  await riskPolicy.save(change.to, updated)
}

async function changeSignInPolicy(change: ChangeOf<'sign_in_policy'>, use: CarryOutUse): Promise<void> {
  const { signInPolicy } = use.rooms
  const updated = event(use, { type: 'sign_in_policy.updated', details: { fields: fieldsOf(change) } })
  if (change.action === 'remove') return void (await signInPolicy.remove(updated))
  await signInPolicy.save(change.to, updated)
}

async function changeUser(change: ChangeOf<'user'>, use: CarryOutUse): Promise<void> {
  const { accounts } = use.rooms
  if (change.action === 'create') return addUser(change, use)
  if (change.action === 'remove')
    return void (await deleteUser({ accounts, clock: use.clock })(change.id, originOf(use)))
  const { id, set, password } = change
  const at = use.clock.now()
  await accounts.users.update(id, set, at)
  for (const happened of eventsOf(change)) await accounts.record(event(use, happened))
  if (password !== undefined)
    await accounts.credentials.setPassword(id, use.hashes.get(change.name) ?? missing(change.name), at)
  // A link that was sent before must neither undo the password nor come back with the account.
  if (password !== undefined || touches(change, 'disabled')) await accounts.links.removeAll(id)
}

/** What is changed by name only, and what matters by an event of its own. */
function eventsOf(change: Extract<ChangeOf<'user'>, { action: 'update' }>): NewEvent[] {
  const { sub: subject, name, set, password } = change
  const about = { subject, name }
  const fields = fieldsOf(change).filter((field) => field !== 'password' && field !== 'disabled')
  return [
    ...(fields.length > 0 ? [{ type: 'user.updated', ...about, details: { fields } } as const] : []),
    ...(set.disabled === undefined
      ? []
      : [{ type: set.disabled ? 'user.disabled' : 'user.enabled', ...about } as const]),
    ...(password === undefined
      ? []
      : [{ type: 'password.set', ...about, details: { by: 'operator' } } as const]),
  ]
}

type UserToAdd = Extract<ChangeOf<'user'>, { action: 'create' }>

async function addUser({ to, managedBy, name }: UserToAdd, use: CarryOutUse): Promise<void> {
  const { accounts } = use.rooms
  const passwordHash = to.password === undefined ? undefined : (use.hashes.get(name) ?? missing(name))
  const created = await createUser({ accounts, clock: use.clock })(
    {
      email: to.address.email,
      profile: to.profile,
      managedBy,
      ...(to.emailVerified !== undefined && { emailVerified: to.emailVerified }),
      ...(to.name !== undefined && { name: to.name }),
      ...(to.serverRoles !== undefined && { serverRoles: to.serverRoles }),
      ...(passwordHash !== undefined && { passwordHash }),
    },
    originOf(use),
  )
  if (!created.ok) {
    if (created.reason === 'email_taken') throw new ChangedMeanwhile()
    throw new Error(`${name} can't be created: ${created.reason}`)
  }
  if (to.disabled) await disableUser({ accounts, clock: use.clock })(created.account.id, originOf(use))
}

const originOf = ({ managedBy }: CarryOutUse) => ({ actor: managedBy })

const event = (use: CarryOutUse, happened: NewEvent): AuditEvent =>
  createEvent(originOf(use), happened, use.clock.now())

const fieldsOf = (change: Change): string[] => change.fields.map(({ field }) => field)

function missing(name: string): never {
  throw new Error(`the secret of ${name} was not prepared`)
}
