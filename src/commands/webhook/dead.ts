import { createEvent } from '../../audit/event.ts'
import type { Core } from '../../core.ts'
import type { DeadLetter } from '../../events/webhooks/deliveries-repository.ts'
import type { CommandContext } from '../context.ts'
import { BY_COMMAND } from '../origins.ts'
import { Refusal } from '../refusal.ts'
import { showTable } from '../show-table.ts'
import { findWebhook } from './find-webhook.ts'

export async function listDead(
  core: Core,
  { print }: CommandContext,
  name: string | undefined,
  json: boolean,
): Promise<void> {
  const webhooks = name === undefined ? await core.webhooks.list() : [await findWebhook(core, name)]
  const all: (DeadLetter & { name: string })[] = []
  for (const { id, name } of webhooks)
    for (const letter of await core.webhookDeliveries.dead(id)) all.push({ ...letter, name })
  print(json ? JSON.stringify(all.map(record), null, 2) : showTable([HEAD, ...all.map(row)]))
}

const HEAD = ['WEBHOOK', 'EVENT', 'TYPE', 'SET ASIDE', 'ATTEMPTS', 'REASON']

const row = ({ name, eventId, type, deadAt, attempts, reason }: DeadLetter & { name: string }): string[] => [
  name,
  eventId,
  type,
  new Date(deadAt).toISOString(),
  String(attempts),
  reason,
]

const record = ({
  name,
  eventId,
  type,
  createdAt,
  deadAt,
  attempts,
  reason,
}: DeadLetter & { name: string }) => ({
  webhook: name,
  id: eventId,
  type,
  taken_at: new Date(createdAt).toISOString(),
  dead_at: new Date(deadAt).toISOString(),
  attempts,
  reason,
})

export interface ReplayOptions {
  id?: string[]
  all: boolean
}

const UUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i

export async function replayDead(
  core: Core,
  { say }: CommandContext,
  name: string,
  { id: eventIds, all }: ReplayOptions,
): Promise<void> {
  if (eventIds === undefined && !all) throw new Refusal('Say which: --id EVENT, or --all.')
  if (eventIds?.some((id) => !UUID.test(id)))
    throw new Refusal('An event’s id is a UUID, as webhook dead lists it.')
  const { id, disabled } = await findWebhook(core, name)
  const now = core.clock.now()
  const count = await core.webhookDeliveries.replay(id, {
    now,
    ...(eventIds !== undefined && { eventIds }),
    event: (count) =>
      createEvent(BY_COMMAND, { type: 'webhook.replayed', details: { webhook: name, count } }, now),
  })
  if (count === 0 && !all) throw new Refusal('None of these was set aside or waits for another try.')
  say(`${count} ${count === 1 ? 'event is' : 'events are'} tried again.`)
  if (disabled !== undefined) say(`${name} is disabled: gatehouse webhook enable ${name} lets them go.`)
}
