/**
 * Errors have two audiences: `code` and `message` may be shown to the client, `detail` and `cause` stay
 * in the log. Expected outcomes (a wrong password) are values, not errors.
 */
export type AppErrorCode =
  | 'bad_request'
  | 'forbidden'
  | 'not_found'
  | 'method_not_allowed'
  | 'payload_too_large'
  | 'unsupported_media_type'
  | 'interaction_expired'
  | 'link_expired'
  | 'rate_limited'
  | 'busy'
  | 'store_away'
  | 'internal'

const STATUS: Record<AppErrorCode, number> = {
  bad_request: 400,
  forbidden: 403,
  not_found: 404,
  method_not_allowed: 405,
  payload_too_large: 413,
  unsupported_media_type: 415,
  interaction_expired: 400,
  link_expired: 400,
  rate_limited: 429,
  busy: 503,
  store_away: 503,
  internal: 500,
}

export class AppError extends Error {
  readonly code: AppErrorCode
  readonly status: number
  /** For the log only. */
  readonly detail: string | undefined

  constructor(code: AppErrorCode, message: string, options: { detail?: string; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = 'AppError'
    this.code = code
    this.status = STATUS[code]
    this.detail = options.detail
  }
}

/** PostgreSQL or Redis does not answer (in time). Callers answer 503 with `Retry-After`. */
export class StoreAway extends AppError {
  constructor(store: 'postgresql' | 'redis', cause?: unknown) {
    super('store_away', 'Gatehouse cannot reach its storage right now. Try again in a moment.', {
      detail: store,
      cause,
    })
    this.name = 'StoreAway'
  }
}
