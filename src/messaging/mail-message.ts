/** A mail as it waits in the outbox: what it says, not how, and to whom by `sub`: the address is that of the moment. */
import { z } from 'zod'
import { MAIL, type NewMessage } from '../events/outbox-message.ts'
import { ACCOUNT_CHANGES } from '../pages/mail-models.ts'
import { RISK_RULES } from '../telemetry/metric-labels.ts'

const base = { sub: z.string(), at: z.number() }

/** In which language it was asked: that of the mail where its reader has said none. */
const askedIn = { locale: z.string().optional() }

/** On what it was done, as far as it is known. */
const seen = {
  browser: z.string().optional(),
  system: z.string().optional(),
  address: z.string().optional(),
}

export const mailPayload = z.discriminatedUnion('mail', [
  z.strictObject({
    mail: z.literal('reuse-detected'),
    ...base,
    clientId: z.string(),
    ended: z.enum(['family', 'session', 'user']),
  }),
  z.strictObject({
    mail: z.literal('noticed'),
    ...base,
    /** A sign-in, one that was refused though its password was right, or a session that went on. */
    what: z.enum(['sign_in', 'refused', 'refresh']),
    rules: z.array(z.enum(RISK_RULES)),
    ...seen,
    country: z.string().optional(),
    /** What ends when the reader says that it wasn't them. */
    ends: z.strictObject({ kind: z.enum(['device', 'session']), value: z.string() }).optional(),
  }),
  /** Drawn with a link that sets a new password. */
  z.strictObject({ mail: z.literal('password-reset'), ...base, ...seen, ...askedIn }),
  /** Drawn with a link that makes the account, or, where there is one, for its owner. */
  z.strictObject({ mail: z.literal('registration'), at: z.number(), ...seen, registration: z.string() }),
  /** Drawn with a link that proves the address. */
  z.strictObject({ mail: z.literal('verify-email'), ...base, ...seen, ...askedIn }),
  /** To one of two addresses, drawn with a link by which it says yes to the change. */
  z.strictObject({
    mail: z.literal('email-change'),
    ...base,
    ...seen,
    change: z.string(),
    side: z.enum(['old', 'new']),
  }),
  /** To the old address, drawn with a link that puts the change back. */
  z.strictObject({ mail: z.literal('email-changed'), ...base, ...seen, change: z.string() }),
  /** Drawn with the code that is made of the event that it follows from. */
  z.strictObject({ mail: z.literal('sign-in-code'), ...base, ...seen, asked: z.string() }),
  z.strictObject({ mail: z.literal('codes-suppressed'), ...base, ...seen }),
  /** Drawn with a link that takes it back. */
  z.strictObject({ mail: z.literal('deletion-asked'), ...base, ...seen }),
  /** Of an account that is no more: what it is drawn of comes along, and goes with it. */
  z.strictObject({
    mail: z.literal('account-deleted'),
    at: z.number(),
    email: z.string(),
    locale: z.string().optional(),
  }),
  z.strictObject({
    mail: z.literal('account-changed'),
    ...base,
    ...seen,
    what: z.enum(ACCOUNT_CHANGES),
    /** How many recovery codes are left, where one was used. */
    left: z.int().optional(),
  }),
])

export type MailPayload = z.output<typeof mailPayload>
export type Noticed = Extract<MailPayload, { mail: 'noticed' }>

export const mailMessage = (
  payload: MailPayload,
  options: Pick<NewMessage, 'once' | 'expiresAt'> = {},
): NewMessage => ({ kind: MAIL, payload, at: payload.at, ...options })
