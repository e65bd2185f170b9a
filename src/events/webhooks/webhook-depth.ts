import type { DeliveriesRepository } from './deliveries-repository.ts'
import type { WebhooksRepository } from './webhooks-repository.ts'

export interface WebhookDepthUse {
  webhooks: Pick<WebhooksRepository, 'list'>
  webhookDeliveries: Pick<DeliveriesRepository, 'depths'>
  clock: { now(): number }
}

/** What waits for all webhooks together. */
export const webhookDepth =
  ({ webhooks, webhookDeliveries, clock }: WebhookDepthUse) =>
  async () => {
    const [all, depths] = [await webhooks.list(), [...(await webhookDeliveries.depths()).values()]]
    const now = clock.now()
    return {
      waiting: depths.reduce((sum, { waiting }) => sum + waiting, 0),
      dead: depths.reduce((sum, { dead }) => sum + dead, 0),
      oldestSeconds: Math.max(0, ...depths.map(({ oldestAt = now }) => (now - oldestAt) / 1000)),
      setAside: all.filter(({ disabled }) => disabled !== undefined && disabled.reason !== 'operator').length,
    }
  }
