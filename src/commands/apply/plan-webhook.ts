import type { Webhook } from '../../events/webhooks/webhook.ts'
import type { DesiredWebhook } from './desired.ts'
import { differences, type FieldChange } from './fields.ts'
import type { ChangeOf, Facts, PlanOptions } from './plan.ts'
import type { StoredWebhook } from './set-up-repository.ts'

export function planWebhook(
  stored: readonly StoredWebhook[],
  desired: DesiredWebhook,
  facts: Facts,
  { managedBy }: PlanOptions,
): ChangeOf<'webhook'> | undefined {
  const { name, url, events } = desired
  const before = stored.find((webhook) => webhook.name === name)
  const disabled = desired.disabled ?? before?.disabled !== undefined
  const secret = planSecret(before, desired.secret, facts)
  const fields = [
    ...differences(before === undefined ? {} : described(before), {
      url,
      events,
      ...((before !== undefined || disabled) && { disabled }),
    }),
    ...secretField(before, secret),
  ]
  if (before !== undefined && fields.length === 0) return undefined
  const change = { kind: 'webhook', name, fields, to: { url, events, disabled }, secret } as const
  return before === undefined
    ? { ...change, action: 'create', managedBy }
    : { ...change, action: 'update', before }
}

/** By the names of the file. */
const described = ({ url, events, disabled }: Pick<Webhook, 'url' | 'events' | 'disabled'>) => ({
  url,
  events,
  disabled: disabled !== undefined,
})

function planSecret(before: StoredWebhook | undefined, secret: string | undefined, facts: Facts) {
  if (before === undefined) return secret ?? 'generate'
  return secret === undefined || facts.webhookSecretFits(before, secret) ? undefined : secret
}

function secretField(before: StoredWebhook | undefined, secret: string | undefined): FieldChange[] {
  if (secret === undefined) return []
  if (secret === 'generate') return [{ field: 'secret', secret: 'generated' }]
  return [{ field: 'secret', secret: before === undefined ? 'set' : 'changed' }]
}
