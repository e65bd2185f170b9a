import { createEvent } from '../../audit/event.ts'
import type { Core } from '../../core.ts'
import { EVERYTHING, isEventFilter, WEBHOOK_NAME } from '../../events/webhooks/webhook.ts'
import { newWebhookSecret } from '../../events/webhooks/webhook-secret.ts'
import { webhookUrlProblem } from '../../events/webhooks/webhook-url.ts'
import { webhookRules } from '../../security/outbound-url.ts'
import { newRowId } from '../../shared/ids.ts'
import { WEBHOOK_NAME_RULE } from '../apply/webhook-entry.ts'
import type { CommandContext } from '../context.ts'
import { BY_COMMAND } from '../origins.ts'
import { Refusal } from '../refusal.ts'
import { showSecret } from './show-secret.ts'

export interface CreateWebhookOptions {
  name?: string
  events?: string
  json: boolean
}

export async function createWebhook(
  core: Core,
  context: CommandContext,
  url: string,
  options: CreateWebhookOptions,
): Promise<void> {
  const events = options.events?.split(',').map((part) => part.trim()) ?? [EVERYTHING]
  const name = options.name ?? (URL.canParse(url) ? new URL(url).hostname : '')
  refuseFaults([
    ['url', webhookUrlProblem(url, webhookRules(context.config))],
    ['name', WEBHOOK_NAME.test(name) ? undefined : WEBHOOK_NAME_RULE],
    ...events.map((event) => ['events', filterProblem(event)] as const),
  ])
  const [id, secret] = [newRowId(), newWebhookSecret()]
  const secretSealed = core.webhookSecrets.seal(id, secret)
  const created = { type: 'webhook.created', details: { webhook: name } } as const
  const added = await core.webhooks.add(
    { id, name, url, events, secretSealed, managedBy: undefined },
    createEvent(BY_COMMAND, created, core.clock.now()),
  )
  if (!added) throw new Refusal(`There is a webhook ${name} already.`)
  showSecret(context, { name, url, events, secret }, options.json)
}

const filterProblem = (wanted: string): string | undefined =>
  isEventFilter(wanted) ? undefined : `${JSON.stringify(wanted)} is no event and no area (docs/events.md)`

/** Every fault at once. */
function refuseFaults(checked: readonly (readonly [field: string, problem: string | undefined])[]): void {
  const faults = checked.flatMap(([field, problem]) =>
    problem === undefined ? [] : [`${field}: ${problem}`],
  )
  if (faults.length > 0) throw new Refusal([...faults, 'Nothing was changed.'].join('\n'))
}
