import { createEvent } from '../../audit/event.ts'
import type { Core } from '../../core.ts'
import { newWebhookSecret } from '../../events/webhooks/webhook-secret.ts'
import type { CommandContext } from '../context.ts'
import { BY_COMMAND } from '../origins.ts'
import { findWebhook, noSuch } from './find-webhook.ts'
import { showSecret } from './show-secret.ts'

export async function rotateSecret(
  core: Core,
  context: CommandContext,
  name: string,
  { overlap, json }: { overlap: number; json: boolean },
): Promise<void> {
  const webhook = await findWebhook(core, name)
  const now = core.clock.now()
  const until = now + overlap
  const secret = newWebhookSecret()
  const changes = {
    secretSealed: core.webhookSecrets.seal(webhook.id, secret),
    previous: overlap > 0 ? { sealed: core.webhookSecrets.sealAsPrevious(webhook), until } : undefined,
  }
  const former_signs_until = new Date(until).toISOString()
  const rotated = { type: 'webhook.secret_rotated', details: { webhook: name, former_signs_until } } as const
  if (!(await core.webhooks.change(webhook.id, changes, createEvent(BY_COMMAND, rotated, now))))
    throw noSuch(name)
  showSecret(context, { name, secret, former_signs_until }, json)
  context.say(
    overlap > 0
      ? `Until ${former_signs_until} the secret before signs too: have receivers take the new one by then.`
      : 'The secret before signs no longer.',
  )
}
