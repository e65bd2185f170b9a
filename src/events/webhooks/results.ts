/** What has come of deliveries, written down in batches: a statement for each would cost more than telling does. */
import { createEvent } from '../../audit/event.ts'
import type { Clock } from '../../shared/clock.ts'
import type { LogEvent } from '../../telemetry/logger.ts'
import type { WebhookResult } from '../../telemetry/metric-labels.ts'
import type { DisabledReason } from '../rows.ts'
import type { DeliveriesRepository, Delivery, FailedDelivery } from './deliveries-repository.ts'
import { isHopeless } from './schedule.ts'
import type { Told } from './tell-webhook.ts'
import type { Webhook } from './webhook.ts'
import type { WebhooksRepository } from './webhooks-repository.ts'

export interface ResultsUse {
  webhooks: Pick<WebhooksRepository, 'disable'>
  deliveries: Pick<DeliveriesRepository, 'settle'>
  clock: Clock
  log: Readonly<Record<'warn' | 'error', (event: LogEvent, msg: string) => void>>
  count: (result: WebhookResult) => void
}

export function createResults({ webhooks, deliveries, clock, log, count }: ResultsUse) {
  let told: Delivery[] = []
  let done: Delivery[] = []
  let failed: FailedDelivery[] = []
  let health = new Map<string, { well: boolean; reason: string | undefined }>()
  const ends = new Map<string, { webhook: Webhook; reason: DisabledReason }>()

  const noteFailure = (webhook: Webhook, delivery: Delivery, failure: FailedDelivery): void => {
    failed.push(failure)
    const { reason, retryAt, attempts } = failure
    if (health.get(webhook.id)?.well !== true) health.set(webhook.id, { well: false, reason })
    const about = { purpose: webhook.name, event: delivery.type, attempt: attempts, reason }
    if (retryAt === undefined) log.error(about, 'an event was set aside: a webhook does not take it')
    else log.warn(about, 'a webhook did not take an event; it is tried again')
    count(retryAt === undefined ? 'dead' : 'failed')
    if (isHopeless(webhook.failingSince, clock.now())) ends.set(webhook.id, { webhook, reason: 'failing' })
  }
  return {
    add: (webhook: Webhook, delivery: Delivery, outcome: Told): void => {
      told.push(delivery)
      if (outcome.result === 'spared') return
      if ('failed' in outcome) {
        noteFailure(webhook, delivery, outcome.failed)
        if (outcome.result === 'gone') ends.set(webhook.id, { webhook, reason: 'gone' })
        return
      }
      done.push(delivery)
      count(outcome.result)
      if (outcome.result === 'delivered') health.set(webhook.id, { well: true, reason: undefined })
    },
    /** Those of which everything is written down now. */
    settle: async (): Promise<readonly Delivery[]> => {
      const written = told
      const results = { done, failed, health }
      ;[told, done, failed, health] = [[], [], [], new Map()]
      await deliveries.settle(results, clock.now())
      for (const [id, { webhook, reason }] of ends) {
        ends.delete(id)
        const details = { webhook: webhook.name }
        const event = createEvent(
          { actor: 'gatehouse' },
          { type: 'webhook.disabled', reason, details },
          clock.now(),
        )
        if (await webhooks.disable(id, reason, event))
          log.error({ purpose: webhook.name, reason }, 'a webhook was set aside: it is told nothing more')
      }
      return written
    },
  }
}
