import { createUser } from '../../accounts/create-user.ts'
import type { Client } from '../../clients/client.ts'
import { needsPlainSecret } from '../../clients/client-metadata.ts'
import { type KeepSecretUse, type KeptSecret, keepSecret, revealSecret } from '../../clients/keep-secret.ts'
import type { Clock } from '../../shared/clock.ts'
import { type Change, type ChangeOf, touches } from './plan.ts'
import { ChangedMeanwhile, type Rooms } from './set-up-repository.ts'

export interface CarryOutUse extends KeepSecretUse {
  clock: Clock
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
    else await changeUser(change, use)
  }
}

async function changeClient(change: ChangeOf<'client'>, use: CarryOutUse): Promise<void> {
  const { clients } = use.rooms
  if (change.action === 'remove') await clients.remove(change.name)
  else await clients.save({ ...change.to, ...keptSecret(change, use) })
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

async function changeResourceServer(
  change: ChangeOf<'resource_server'>,
  { rooms }: CarryOutUse,
): Promise<void> {
  if (change.action === 'remove') await rooms.resourceServers.remove(change.name)
  else await rooms.resourceServers.save(change.to)
}

async function changeUser(change: ChangeOf<'user'>, use: CarryOutUse): Promise<void> {
  const { accounts } = use.rooms
  if (change.action === 'create') return addUser(change, use)
  if (change.action === 'remove') return void (await accounts.users.remove(change.id))
  const { id, set, password } = change
  const at = use.clock.now()
  await accounts.users.update(id, set, at)
  if (password !== undefined)
    await accounts.credentials.setPassword(id, use.hashes.get(change.name) ?? missing(change.name), at)
  // A link that was sent before must neither undo the password nor come back with the account.
  if (password !== undefined || touches(change, 'disabled'))
    await accounts.links.removeAll(id, 'set_password')
}

type UserToAdd = Extract<ChangeOf<'user'>, { action: 'create' }>

async function addUser({ to, managedBy, name }: UserToAdd, use: CarryOutUse): Promise<void> {
  const { accounts } = use.rooms
  const passwordHash = to.password === undefined ? undefined : (use.hashes.get(name) ?? missing(name))
  const created = await createUser({ accounts, clock: use.clock })({
    email: to.address.email,
    profile: to.profile,
    managedBy,
    ...(to.emailVerified !== undefined && { emailVerified: to.emailVerified }),
    ...(to.name !== undefined && { name: to.name }),
    ...(to.serverRoles !== undefined && { serverRoles: to.serverRoles }),
    ...(passwordHash !== undefined && { passwordHash }),
  })
  if (!created.ok) {
    if (created.reason === 'email_taken') throw new ChangedMeanwhile()
    throw new Error(`${name} can't be created: ${created.reason}`)
  }
  if (to.disabled) await accounts.users.update(created.account.id, { disabled: true }, use.clock.now())
}

function missing(name: string): never {
  throw new Error(`the secret of ${name} was not prepared`)
}
