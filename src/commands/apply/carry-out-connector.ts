import { createEvent, type NewEvent } from '../../audit/event.ts'
import type { Connector } from '../../federation/connector.ts'
import type { ConnectorSecrets } from '../../federation/connector-secrets.ts'
import type { ConnectorsRepository } from '../../federation/connectors-repository.ts'
import type { Clock } from '../../shared/clock.ts'
import { newRowId } from '../../shared/ids.ts'
import type { ChangeOf } from './plan.ts'
import { ChangedMeanwhile, type Manager } from './set-up-repository.ts'

export interface CarryOutConnectorUse {
  clock: Clock
  managedBy: Manager
  connectorSecrets: ConnectorSecrets
  rooms: { connectors: ConnectorsRepository }
}

export async function changeConnector(
  change: ChangeOf<'connector'>,
  use: CarryOutConnectorUse,
): Promise<void> {
  const { connectors } = use.rooms
  const details = { connector: change.name }
  const event = (happened: NewEvent) => createEvent({ actor: use.managedBy }, happened, use.clock.now())
  if (change.action === 'remove')
    return must(connectors.remove(change.id, event({ type: 'connector.deleted', details })))
  if (change.action === 'create')
    return must(connectors.add(made(change, use), event({ type: 'connector.created', details })))
  const fields = change.fields.map(({ field }) => field)
  const updated = event({ type: 'connector.updated', details: { ...details, fields } })
  await must(connectors.change(changed(change, use), updated))
}

function made(
  { name: slug, to, secret, managedBy }: Extract<ChangeOf<'connector'>, { action: 'create' }>,
  { connectorSecrets }: CarryOutConnectorUse,
): Connector {
  const id = newRowId()
  const secretSealed = secret === undefined ? undefined : connectorSecrets.seal(id, secret)
  return { id, slug, ...to, secretSealed, managedBy }
}

function changed(
  { before, to, secret }: Extract<ChangeOf<'connector'>, { action: 'update' }>,
  { connectorSecrets }: CarryOutConnectorUse,
): Connector {
  const secretSealed = secret === undefined ? before.secretSealed : connectorSecrets.seal(before.id, secret)
  return { ...before, ...to, secretSealed }
}

async function must(done: Promise<boolean>): Promise<void> {
  if (!(await done)) throw new ChangedMeanwhile()
}
