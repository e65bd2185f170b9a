/** What a limiter says no with, and how it is told to people and programs. */
import type { RateLimit } from '../../config/values/rate-limit.ts'
import { AppError } from '../../shared/app-error.ts'
import type { Limiter } from '../../telemetry/metric-labels.ts'

export interface Refusal {
  limiter: Limiter
  limit: RateLimit
  retryAfterMs: number
}

/** For layers that have no better place to say it than the error page, or an error object. */
export class RateLimited extends AppError {
  readonly refusal: Refusal
  constructor(refusal: Refusal) {
    super('rate_limited', 'There were too many tries from here. Wait a little, then try again.', {
      detail: `too many: ${refusal.limiter}`,
    })
    this.name = 'RateLimited'
    this.refusal = refusal
  }
}

const secondsOf = (ms: number): number => Math.max(1, Math.ceil(ms / 1000))

/** As a person reads it; never less than it takes. */
export const minutesOf = ({ retryAfterMs }: Refusal): number => Math.max(1, Math.ceil(retryAfterMs / 60_000))

/** RFC 9110 §10.2.3, and the fields of draft-ietf-httpapi-ratelimit-headers-10. */
export function refusalHeaders({ limiter, limit, retryAfterMs }: Refusal): Record<string, string> {
  const seconds = secondsOf(retryAfterMs)
  return {
    'retry-after': String(seconds),
    'ratelimit-policy': `"${limiter}";q=${limit.count};w=${limit.windowMs / 1000}`,
    ratelimit: `"${limiter}";r=0;t=${seconds}`,
  }
}
