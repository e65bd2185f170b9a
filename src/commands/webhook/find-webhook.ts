import type { Core } from '../../core.ts'
import type { Webhook } from '../../events/webhooks/webhook.ts'
import { Refusal } from '../refusal.ts'

export async function findWebhook({ webhooks }: Pick<Core, 'webhooks'>, name: string): Promise<Webhook> {
  const webhook = await webhooks.find(name)
  if (webhook === undefined) throw noSuch(name)
  return webhook
}

export const noSuch = (name: string): Refusal => new Refusal(`There is no webhook ${JSON.stringify(name)}.`)
