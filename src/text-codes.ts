/** Codes by text message, put together: who takes them, in which words. */
import type { Core } from './core.ts'
import { type Look, openTexts } from './face.ts'
import { createSmsSender } from './messaging/sms/send-sms.ts'
import { createSentCodes } from './methods/sent-codes.ts'
import { type TextCode, textCode } from './methods/sms-code/text-code.ts'
import type { Metrics } from './telemetry/metrics.ts'

/** Undefined where nobody takes text messages. */
export function createTextCode(core: Core, look: Look, metrics: Pick<Metrics, 'sms'>): TextCode | undefined {
  const { config, clock, devMailbox: mailbox, outboundFetch: fetch, keys } = core
  const { sms: provider, production } = config
  const send = createSmsSender({ provider, production, mailbox, fetch, clock, onSent: metrics.sms })
  if (send === undefined) return undefined
  const texts = openTexts(config, look)
  return textCode({ codes: createSentCodes(keys), texts, send })
}
