import { type AuditEvent, createEvent, type NewEvent } from '../../audit/event.ts'
import type { WebhookSecrets } from '../../events/webhooks/webhook-secret.ts'
import type { WebhooksRepository } from '../../events/webhooks/webhooks-repository.ts'
import type { Clock } from '../../shared/clock.ts'
import { newRowId } from '../../shared/ids.ts'
import type { ChangeOf } from './plan.ts'
import { ChangedMeanwhile, type Manager } from './set-up-repository.ts'

export interface CarryOutWebhookUse {
  clock: Clock
  managedBy: Manager
  webhookSecrets: WebhookSecrets
  rooms: { webhooks: WebhooksRepository }
  /** Secrets of new webhooks, and others of known ones, by their names. */
  secretsOfWebhooks: ReadonlyMap<string, string>
}

type Upsert = Exclude<ChangeOf<'webhook'>, { action: 'remove' }>

/** Receivers have a day to take a secret that another one follows, as with the command. */
const OVERLAP_MS = 24 * 60 * 60 * 1000

export async function changeWebhook(change: ChangeOf<'webhook'>, use: CarryOutWebhookUse): Promise<void> {
  const { webhooks } = use.rooms
  const details = { webhook: change.name }
  if (change.action === 'remove') {
    await webhooks.remove(change.id, event(use, { type: 'webhook.deleted', details }))
    return
  }
  const id = change.action === 'create' ? await create(change, use) : await update(change, use)
  if (!change.fields.some(({ field }) => field === 'disabled')) return
  if (change.to.disabled)
    await webhooks.disable(
      id,
      'operator',
      event(use, { type: 'webhook.disabled', reason: 'operator', details }),
    )
  else {
    const enabled = { type: 'webhook.enabled', details: { ...details, from: 'where_it_was' } } as const
    await webhooks.enable(id, event(use, enabled), { fromNow: false })
  }
}

async function create(
  change: Extract<Upsert, { action: 'create' }>,
  use: CarryOutWebhookUse,
): Promise<string> {
  const { name, to, managedBy } = change
  const id = newRowId()
  const secretSealed = use.webhookSecrets.seal(id, secretOf(change, use))
  const created = event(use, { type: 'webhook.created', details: { webhook: name } })
  const webhook = { id, name, url: to.url, events: to.events, secretSealed, managedBy }
  if (!(await use.rooms.webhooks.add(webhook, created))) throw new ChangedMeanwhile()
  return id
}

async function update(
  change: Extract<Upsert, { action: 'update' }>,
  use: CarryOutWebhookUse,
): Promise<string> {
  const { name, to, before } = change
  const { webhooks } = use.rooms
  const fields = change.fields
    .map(({ field }) => field)
    .filter((field) => field === 'url' || field === 'events')
  const { url, events } = to
  if (fields.length > 0)
    await webhooks.change(
      before.id,
      { url, events },
      event(use, { type: 'webhook.updated', details: { webhook: name, fields } }),
    )
  if (change.secret === undefined) return before.id
  const until = use.clock.now() + OVERLAP_MS
  const former_signs_until = new Date(until).toISOString()
  await webhooks.change(
    before.id,
    {
      secretSealed: use.webhookSecrets.seal(before.id, secretOf(change, use)),
      previous: { sealed: use.webhookSecrets.sealAsPrevious(before), until },
    },
    event(use, { type: 'webhook.secret_rotated', details: { webhook: name, former_signs_until } }),
  )
  return before.id
}

function secretOf({ name }: Upsert, { secretsOfWebhooks }: CarryOutWebhookUse): string {
  const secret = secretsOfWebhooks.get(name)
  if (secret === undefined) throw new Error(`the secret of ${name} was not prepared`)
  return secret
}

const event = ({ managedBy, clock }: CarryOutWebhookUse, happened: NewEvent): AuditEvent =>
  createEvent({ actor: managedBy }, happened, clock.now())
