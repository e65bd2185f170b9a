import type { SmsProvider } from '../../config/values/sms.ts'
import type { OutboundAnswer, OutboundFetch } from '../../security/outbound-fetch.ts'
import type { Clock } from '../../shared/clock.ts'
import type { SmsProviderKind, SmsResult } from '../../telemetry/metric-labels.ts'
import { createDevSms, type DevSmsUse } from './dev-mailbox.ts'
import { createTwilio } from './twilio.ts'
import { createSmsWebhook } from './webhook.ts'

export interface TextMessage {
  /** The same for nothing else: by it a receiver knows a repetition. */
  id: string
  /** E.164. */
  to: string
  text: string
}

/**
 * Hands one text message over, once, while somebody waits for it: nothing is tried again, since each costs and comes too
 * late otherwise. Never rejects.
 */
export type SendSms = (message: TextMessage) => Promise<SmsResult>

export interface SmsSenderUse extends DevSmsUse {
  provider: SmsProvider | undefined
  production: boolean
  fetch: OutboundFetch
  clock: Clock
  onSent: (provider: SmsProviderKind, result: SmsResult) => void
}

/** Undefined where nobody takes them: in production without a provider. */
export function createSmsSender(use: SmsSenderUse): SendSms | undefined {
  const { provider, production, onSent } = use
  if (provider === undefined && production) return undefined
  const send = senderOf(use)
  return async (message) => {
    const result = await send(message)
    onSent(provider?.kind ?? 'mailbox', result)
    return result
  }
}

function senderOf(use: SmsSenderUse): SendSms {
  const { provider } = use
  if (provider === undefined) return createDevSms(use)
  return provider.kind === 'twilio' ? createTwilio(use, provider) : createSmsWebhook(use, provider)
}

/** Somebody waits: so long at the most, ms. */
export const PATIENCE = 4000

/** Where an answer does not come, nobody knows whether the message has gone out. */
export const resultOf = (answer: OutboundAnswer): SmsResult => {
  if (!answer.ok) return answer.reason === 'timeout' ? 'unclear' : 'failed'
  return answer.status >= 200 && answer.status < 300 ? 'sent' : 'failed'
}
