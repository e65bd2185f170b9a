import type { DeliveriesRepository } from '../events/webhooks/deliveries-repository.ts'
import type { WebhooksRepository } from '../events/webhooks/webhooks-repository.ts'
import type { Job } from './job.ts'

export interface WebhooksSweepUse {
  webhooks: Pick<WebhooksRepository, 'dropFormerSecrets'>
  webhookDeliveries: Pick<DeliveriesRepository, 'forgetDead'>
}

const DAY = 24 * 60 * 60 * 1000
const BATCH = 500

/** What was set aside is known for a month, as in the outbox; a secret goes when it signs no longer. */
export const createWebhooksSweep = ({ webhooks, webhookDeliveries }: WebhooksSweepUse): Job => ({
  name: 'webhooks-sweep',
  everyMs: 60 * 60 * 1000,
  run: async (now) => {
    let removed = await webhooks.dropFormerSecrets(now)
    for (let batch = BATCH; batch === BATCH; removed += batch)
      batch = await webhookDeliveries.forgetDead(now - 30 * DAY, BATCH)
    return removed
  },
})
