/** A mail as it waits in the outbox: what it says, not how, and to whom by `sub`: the address is that of the moment. */
import { z } from 'zod'
import type { NewMessage } from '../events/outbox-message.ts'

export const MAIL = 'mail'

const base = { sub: z.string(), at: z.number() }

export const mailPayload = z.discriminatedUnion('mail', [
  z.strictObject({
    mail: z.literal('reuse-detected'),
    ...base,
    clientId: z.string(),
    ended: z.enum(['family', 'session', 'user']),
  }),
  z.strictObject({
    mail: z.literal('new-device'),
    ...base,
    browser: z.string().optional(),
    system: z.string().optional(),
    address: z.string(),
  }),
])

export type MailPayload = z.output<typeof mailPayload>

export const mailMessage = (
  payload: MailPayload,
  options: Pick<NewMessage, 'once' | 'expiresAt'> = {},
): NewMessage => ({ kind: MAIL, payload, at: payload.at, ...options })
