/** Of whom or what: options name it, and it must be there. */
import type { StateStore } from '../../../adapters/contract.ts'
import { FIRST_PARTY } from '../../clients/client.ts'
import type { Core } from '../../core.ts'
import { aliasesOf } from '../../revocation.ts'
import type { Whole } from '../../sessions/ends-repository.ts'
import { whenReachable } from '../../state.ts'
import { Refusal } from '../refusal.ts'
import { findUser } from '../user/find-user.ts'

/** One of these. */
export interface Aim {
  user?: string
  device?: string
  client?: string
  session?: string
  family?: string
  organization?: string
  /** Epoch ms. */
  before?: number
  everything?: boolean
}

export type Found = { kind: 'family' | 'session' | 'device'; value: string; account: string } | Whole

/** What PostgreSQL knows is found without the store of short-lived state: it can be revoked while that is away. */
export async function findTarget(core: Core, state: StateStore, aim: Aim): Promise<Found> {
  const { user, client, device, session, family, organization } = aim
  if (user !== undefined) return { kind: 'account', value: (await findUser(core, user)).sub }
  if (client !== undefined) {
    if (client !== FIRST_PARTY && (await core.clients.find(client)) === undefined)
      throw missing('client', client)
    return { kind: 'client', value: client }
  }
  if (device !== undefined) return ownedBy('device', device, await ownerOfDevice(core, state, device))
  if (session !== undefined) return ownedBy('session', session, await ownerOfSession(core, state, session))
  if (organization !== undefined) {
    if (!(await hasOrganization(core, state, organization))) throw missing('organization', organization)
    return { kind: 'organization', value: organization }
  }
  await whenReachable(state)
  return ownedBy('family', family ?? '', (await state.grants.read(family ?? ''))?.account)
}

function ownedBy(kind: 'device' | 'session' | 'family', value: string, account: string | undefined): Found {
  if (account === undefined) throw missing(kind, value)
  return { kind, value, account }
}

const missing = (what: string, name: string): Refusal =>
  new Refusal(`There is no ${what} ${JSON.stringify(name)}.`)

async function ownerOfDevice(core: Core, state: StateStore, device: string): Promise<string | undefined> {
  const known = await core.devices.find(device)
  return known?.account ?? ownerInStore(state, 'device', device)
}

async function ownerOfSession(core: Core, state: StateStore, session: string): Promise<string | undefined> {
  const [begun] = await core.sessions.page('session', session, { limit: 1 })
  if (begun !== undefined) return begun.account
  const account = await ownerInStore(state, 'session', session)
  if (account !== undefined) return account
  for (const alias of aliasesOf(core)(session)) {
    const of = (await state.artifacts.getByAlias('Session', alias))?.payload['accountId']
    if (typeof of === 'string') return of
  }
  return undefined
}

async function hasOrganization(core: Core, state: StateStore, organization: string): Promise<boolean> {
  const known = await core.sessions.page('organization', organization, { limit: 1 })
  return known.length > 0 || (await ownerInStore(state, 'organization', organization)) !== undefined
}

async function ownerInStore(
  state: StateStore,
  index: 'device' | 'session' | 'organization',
  value: string,
): Promise<string | undefined> {
  await whenReachable(state)
  for await (const batch of state.grants.list(index, value)) {
    const [grant] = batch
    if (grant !== undefined) return grant.account
  }
  return undefined
}
