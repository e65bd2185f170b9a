import type { Core } from '../../core.ts'
import type { Depth } from '../../events/webhooks/deliveries-repository.ts'
import type { Webhook } from '../../events/webhooks/webhook.ts'
import type { CommandContext } from '../context.ts'
import { showTable } from '../show-table.ts'

const NOTHING: Depth = { waiting: 0, dead: 0, oldestAt: undefined }

export async function listWebhooks(
  { webhooks, webhookDeliveries }: Core,
  { print }: CommandContext,
  json: boolean,
): Promise<void> {
  const [all, depths] = [await webhooks.list(), await webhookDeliveries.depths()]
  const depthOf = ({ id }: Webhook): Depth => depths.get(id) ?? NOTHING
  if (json)
    print(
      JSON.stringify(
        all.map((webhook) => record(webhook, depthOf(webhook))),
        null,
        2,
      ),
    )
  else print(showTable([HEAD, ...all.map((webhook) => row(webhook, depthOf(webhook)))]))
}

const HEAD = ['NAME', 'URL', 'EVENTS', 'STATE', 'WAITING', 'DEAD', 'MADE BY']

const row = (webhook: Webhook, { waiting, dead }: Depth): string[] => [
  webhook.name,
  webhook.url,
  webhook.events.join(','),
  stateOf(webhook),
  String(waiting),
  String(dead),
  webhook.managedBy ?? 'hand',
]

function stateOf({ disabled, failingSince, lastFailure }: Webhook): string {
  if (disabled !== undefined) return `disabled (${disabled.reason})`
  return failingSince === undefined
    ? 'enabled'
    : `failing since ${new Date(failingSince).toISOString()} (${lastFailure})`
}

const iso = (at: number | undefined): string | null => (at === undefined ? null : new Date(at).toISOString())

/** The secret is nothing that could be listed. */
const record = (webhook: Webhook, { waiting, dead, oldestAt }: Depth) => ({
  name: webhook.name,
  url: webhook.url,
  events: webhook.events,
  disabled: webhook.disabled?.reason ?? null,
  failing_since: iso(webhook.failingSince),
  last_failure: webhook.lastFailure ?? null,
  former_secret_signs_until: iso(webhook.previous?.until),
  waiting,
  oldest_waiting_since: iso(oldestAt),
  dead,
  managed_by: webhook.managedBy ?? null,
})
