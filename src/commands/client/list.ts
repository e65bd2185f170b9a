import type { Client } from '../../clients/client.ts'
import type { Core } from '../../core.ts'
import type { CommandContext } from '../context.ts'
import { showTable } from '../show-table.ts'

export async function listClients(
  { clients }: Core,
  { print }: CommandContext,
  json: boolean,
): Promise<void> {
  const all = await clients.list()
  print(json ? JSON.stringify(all.map(record), null, 2) : showTable([HEAD, ...all.map(row)]))
}

const HEAD = ['CLIENT_ID', 'NAME', 'PROFILE', 'STATE', 'MADE BY']

const row = ({ clientId, metadata, disabled, managedBy }: Client): string[] => [
  clientId,
  metadata.client_name ?? '',
  metadata.profile,
  disabled ? 'disabled' : 'enabled',
  managedBy ?? 'hand',
]

/** The secret is nothing that could be listed: only whether there is one. */
const record = ({ clientId, metadata, disabled, managedBy, ...kept }: Client) => ({
  client_id: clientId,
  ...metadata,
  has_secret: (kept.secretHash ?? kept.secretSealed) !== undefined,
  disabled,
  managed_by: managedBy ?? null,
})
