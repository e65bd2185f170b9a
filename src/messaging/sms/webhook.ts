import type { SmsProvider } from '../../config/values/sms.ts'
import { signedHeaders } from '../../events/webhooks/sign.ts'
import type { OutboundFetch } from '../../security/outbound-fetch.ts'
import type { Clock } from '../../shared/clock.ts'
import { PATIENCE, resultOf, type SendSms } from './send-sms.ts'

/** Anything that takes JSON: `{"id", "to", "text"}`, signed as webhooks are (Standard Webhooks 1.0). */
export const createSmsWebhook =
  (
    use: { fetch: OutboundFetch; clock: Clock },
    { url, key }: Extract<SmsProvider, { kind: 'webhook' }>,
  ): SendSms =>
  async ({ id, to, text }) => {
    const body = JSON.stringify({ id, to, text })
    const headers = signedHeaders([key], { id, body, now: use.clock.now() })
    return resultOf(
      await use.fetch(url, { method: 'POST', headers, body, headOnly: true, withinMs: PATIENCE }),
    )
  }
