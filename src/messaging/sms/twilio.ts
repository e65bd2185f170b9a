import type { SmsProvider } from '../../config/values/sms.ts'
import type { OutboundFetch } from '../../security/outbound-fetch.ts'
import { PATIENCE, resultOf, type SendSms } from './send-sms.ts'

/** Twilio's `Messages` resource, which many others speak: a form, with HTTP Basic. */
export const createTwilio =
  (
    use: { fetch: OutboundFetch },
    { url, account, token, from }: Extract<SmsProvider, { kind: 'twilio' }>,
  ): SendSms =>
  async ({ to, text }) => {
    const sender = from.startsWith('MG') ? 'MessagingServiceSid' : 'From'
    const answer = await use.fetch(url, {
      method: 'POST',
      headers: {
        authorization: `Basic ${Buffer.from(`${account}:${token}`).toString('base64')}`,
        'content-type': 'application/x-www-form-urlencoded',
        accept: 'application/json',
      },
      body: new URLSearchParams({ To: to, [sender]: from, Body: text }).toString(),
      headOnly: true,
      withinMs: PATIENCE,
    })
    return resultOf(answer)
  }
