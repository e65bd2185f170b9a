import { z } from 'zod'
import { EVERYTHING, isEventFilter, WEBHOOK_NAME } from '../../events/webhooks/webhook.ts'

export const WEBHOOK_NAME_RULE = 'must be 1 to 63 small letters, digits and . _ -'

const eventFilter = z.string().refine(isEventFilter, 'is no event and no area (docs/events.md)')

export const webhookEntry = z.strictObject({
  name: z.string().regex(WEBHOOK_NAME, WEBHOOK_NAME_RULE),
  url: z.string(),
  events: z.array(eventFilter).min(1).max(100).default([EVERYTHING]),
  /** In clear: for trying out. */
  secret: z.string().optional(),
  secret_env: z.string().optional(),
  disabled: z.boolean().optional(),
})

export type WebhookEntry = z.output<typeof webhookEntry>
