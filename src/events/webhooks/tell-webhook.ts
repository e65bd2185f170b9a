/** Tells one webhook of one event, and says what comes of it. Never rejects. */
import type { OutboundAnswer, OutboundFetch } from '../../security/outbound-fetch.ts'
import type { Clock } from '../../shared/clock.ts'
import type { LogEvent } from '../../telemetry/logger.ts'
import { payloadOf, Untellable } from '../payload.ts'
import type { Receivers } from '../receivers.ts'
import type { Delivery, FailedDelivery } from './deliveries-repository.ts'
import { nextPause } from './schedule.ts'
import { signedHeaders } from './sign.ts'
import type { Webhook } from './webhook.ts'
import type { WebhookSecrets } from './webhook-secret.ts'

export type Told =
  | { result: 'delivered' | 'dropped' }
  /** It answered that it is gone for good. */
  | { result: 'gone'; failed: FailedDelivery }
  /** For good, where no other try is to come. */
  | { result: 'failed'; failed: FailedDelivery }
  /** Nothing was sent: it is tried when there is room. */
  | { result: 'spared' }

export interface TellWebhookUse {
  secrets: Pick<WebhookSecrets, 'keysOf'>
  fetch: OutboundFetch
  receivers: Receivers
  clock: Clock
  random: () => number
  log: Readonly<Record<'warn', (event: LogEvent, msg: string) => void>>
}

export interface Sent {
  id: string
  body: string
}

const GONE = 410

/** Signs and sends. Rejects where the secret can't be opened. */
export async function sendTo(
  use: Pick<TellWebhookUse, 'secrets' | 'fetch' | 'clock'>,
  webhook: Pick<Webhook, 'id' | 'url' | 'secretSealed' | 'previous'>,
  { id, body }: Sent,
): Promise<OutboundAnswer> {
  const now = use.clock.now()
  const headers = signedHeaders(use.secrets.keysOf(webhook, now), { id, body, now })
  return use.fetch(new URL(webhook.url), { method: 'POST', headers, body, headOnly: true })
}

/** What an answer says to a person: a status or a reason, nothing of what was answered. */
export const inBrief = (answer: OutboundAnswer): string =>
  answer.ok ? `answered ${answer.status}` : answer.reason

export const isDelivered = (answer: OutboundAnswer): boolean =>
  answer.ok && answer.status >= 200 && answer.status < 300

/** Whether the receiver is there and works, whatever it says of this event. */
const isAnswer = (answer: OutboundAnswer): boolean =>
  answer.ok && answer.status < 500 && answer.status !== 429

export const createTellWebhook =
  (use: TellWebhookUse) =>
  async (webhook: Webhook, delivery: Delivery): Promise<Told> => {
    const { clock, random, receivers, log } = use
    const { content, attempts } = delivery
    if (content === undefined) return { result: 'dropped' }
    const failed = (reason: string, retryAt: number | undefined): FailedDelivery => ({
      webhook: webhook.id,
      number: delivery.number,
      attempts: attempts + 1,
      reason,
      retryAt,
    })
    const again = (reason: string): FailedDelivery => {
      const pause = nextPause(attempts + 1, random)
      return failed(reason, pause === undefined ? undefined : clock.now() + pause)
    }
    try {
      const sent = { id: delivery.eventId, body: payloadOf(content) }
      const answer = await receivers.ask(webhook.id, () => sendTo(use, webhook, sent), isAnswer)
      if (answer === undefined) return { result: 'spared' }
      if (isDelivered(answer)) return { result: 'delivered' }
      const gone = answer.ok && answer.status === GONE
      return { result: gone ? 'gone' : 'failed', failed: again(inBrief(answer)) }
    } catch (error) {
      // It would end the same each time.
      if (error instanceof Untellable) return { result: 'failed', failed: failed(error.message, undefined) }
      // A key that this node is about to learn of, or one that is gone.
      log.warn(
        { purpose: webhook.name, error },
        'an event could not be signed for a webhook; it is tried again',
      )
      return { result: 'failed', failed: again('can’t be signed') }
    }
  }
