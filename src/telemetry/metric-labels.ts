/**
 * The values that labels can take. Each set is closed, so that no caller and no attacker can grow the number of time
 * series; what is outside counts as `other`.
 */
export const RESULTS = ['success', 'failure'] as const
export type Result = (typeof RESULTS)[number]

/** The verdicts on a presented refresh token. */
export const REFRESH_RESULTS = [
  'rotated',
  'kept',
  'repeat',
  'late',
  'reuse',
  'behind',
  'unheard',
  'invalid',
] as const
export type RefreshResult = (typeof REFRESH_RESULTS)[number]

/** As registered with IANA ("OAuth Parameters"); `first_party` is a sign-in at `/auth/login`. */
export const GRANT_TYPES = [
  'authorization_code',
  'refresh_token',
  'client_credentials',
  'urn:ietf:params:oauth:grant-type:device_code',
  'urn:ietf:params:oauth:grant-type:token-exchange',
  'urn:ietf:params:oauth:grant-type:jwt-bearer',
  'urn:openid:params:grant-type:ciba',
  'first_party',
] as const

/** Ways to prove who one is, the strongest first. */
export const METHODS = [
  'passkey',
  'totp',
  'password',
  'identity',
  'sms-code',
  'email-code',
  'recovery-codes',
] as const
export type MethodId = (typeof METHODS)[number]

export const REVOCATION_SCOPES = [
  'token',
  'grant',
  'family',
  'session',
  'device',
  'user',
  'client',
  'organization',
  'everything',
] as const
export type RevocationScope = (typeof REVOCATION_SCOPES)[number]

/** What is odd about a request that may be honest. */
export const RISK_RULES = [
  'new_device',
  'new_country',
  'impossible_travel',
  'listed_address',
  'many_accounts',
  'changed_agent',
  'refresh_elsewhere',
  'refresh_in_step',
  'refresh_behind_again',
  'refresh_ahead',
] as const
export type RiskRule = (typeof RISK_RULES)[number]

/** What follows from a rule that spoke, by the policy; from the mildest on. */
export const RISK_OUTCOMES = ['allow', 'notify', 'step_up', 'deny'] as const
export type RiskOutcome = (typeof RISK_OUTCOMES)[number]

/** Files that rules of risk need: where addresses are, and which are suspect. */
export const RISK_SOURCES = ['geoip', 'reputation'] as const
export type RiskSource = (typeof RISK_SOURCES)[number]

/** What a list of known passwords said of a new one; `failed`: it could not be asked, and the password was taken. */
export const BREACH_RESULTS = ['found', 'clean', 'failed'] as const
export type BreachResult = (typeof BREACH_RESULTS)[number]

/** What was too much; `spray` counts each further name that fails from where many do, refused or not. */
export const LIMITERS = [
  'login_address',
  'login_account',
  'login_device',
  'second_factor',
  'spray',
  'client',
  'link',
  'mail_address',
  'mail_name',
  'password_strength',
  'prompt',
  'sms_number',
  'sms_block',
  'global',
  'other',
] as const
export type Limiter = (typeof LIMITERS)[number]

/** Who takes text messages, and what became of one; `unclear`: it may have gone out all the same. */
export const SMS_PROVIDERS = ['twilio', 'webhook', 'mailbox'] as const
export type SmsProviderKind = (typeof SMS_PROVIDERS)[number]
export const SMS_RESULTS = ['sent', 'failed', 'unclear'] as const
export type SmsResult = (typeof SMS_RESULTS)[number]

/** Kinds of messages in the outbox, and what became of one attempt. */
export const DELIVERIES = ['mail', 'back-channel-logout'] as const
export const DELIVERY_RESULTS = ['done', 'dropped', 'refused', 'failed', 'unclear', 'later'] as const
export type DeliveryResult = (typeof DELIVERY_RESULTS)[number]

/** What became of one attempt to tell a webhook of an event; `dead`: it was the last. */
export const WEBHOOK_RESULTS = ['delivered', 'failed', 'dead', 'dropped'] as const
export type WebhookResult = (typeof WEBHOOK_RESULTS)[number]

export const HTTP_METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const

const STATUSES: ReadonlySet<number> = new Set([
  200, 201, 204, 302, 303, 304, 400, 401, 403, 404, 405, 409, 412, 413, 415, 422, 429, 431, 499, 500, 501,
  503,
])

/** The code where it is one that we send (499: the client had gone), else its class. */
export const statusLabel = (status: number): string =>
  STATUSES.has(status) ? String(status) : `${Math.trunc(status / 100) % 10}xx`

export const OTHER = 'other'

export const closed =
  (known: readonly string[]) =>
  (value: string): string =>
    known.includes(value) ? value : OTHER

/** For a set that is known only as it comes by: the first so many values, then `other`. */
export function capped(most: number): (value: string) => string {
  const seen = new Set<string>()
  return (value) => {
    if (seen.size < most) seen.add(value)
    return seen.has(value) ? value : OTHER
  }
}
