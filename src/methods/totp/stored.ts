import { z } from 'zod'

/** An authenticator app's secret and what its codes are like (RFC 6238 §4, and the parameters of `otpauth:` addresses). */
export const STORED_TOTP = z.strictObject({
  /** The secret in base32 (RFC 4648 §6), sealed; base64. */
  sealed: z.base64(),
  algorithm: z.enum(['sha1', 'sha256', 'sha512']),
  digits: z.union([z.literal(6), z.literal(7), z.literal(8)]),
  /** Seconds. */
  period: z.int().min(15).max(120),
  /** The time step of the last code that was accepted: neither it nor one before it is good again. */
  step: z.int(),
})

export type StoredTotp = z.output<typeof STORED_TOTP>

/** So many apps a person may have. */
export const MOST_APPS = 5
