import type { Core } from '../../core.ts'
import { inBrief, isDelivered, sendTo } from '../../events/webhooks/tell-webhook.ts'
import { newRowId } from '../../shared/ids.ts'
import type { CommandContext } from '../context.ts'
import { findWebhook } from './find-webhook.ts'

/** Sent from here, and once: nothing of it waits, and no event of the trail is behind it. Whether it was taken. */
export async function testWebhook(core: Core, { print }: CommandContext, name: string): Promise<boolean> {
  const webhook = await findWebhook(core, name)
  const id = newRowId()
  const timestamp = new Date(core.clock.now()).toISOString()
  const body = JSON.stringify({ type: 'webhook.test', timestamp, version: 1, data: { id, webhook: name } })
  const use = { secrets: core.webhookSecrets, fetch: core.webhookFetch, clock: core.clock }
  const answer = await sendTo(use, webhook, { id, body })
  print(`${isDelivered(answer) ? 'delivered' : 'not delivered'}: ${inBrief(answer)}`)
  return isDelivered(answer)
}
