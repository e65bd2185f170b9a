/** How secrets are written that sign what is told to receivers (Standard Webhooks 1.0): `whsec_` and the key in base64. */
export const WEBHOOK_SECRET_PREFIX = 'whsec_'

/** Undefined unless it is written as the standard has it, with 24 to 64 bytes. */
export function webhookKey(secret: string): Buffer | undefined {
  const text = secret.startsWith(WEBHOOK_SECRET_PREFIX) ? secret.slice(WEBHOOK_SECRET_PREFIX.length) : ''
  const key = Buffer.from(text, 'base64')
  return key.toString('base64') === text && key.length >= 24 && key.length <= 64 ? key : undefined
}
