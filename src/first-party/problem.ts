/** Errors of the API (RFC 9457). Two of one kind differ by their `request_id` only. */
import type { Context } from 'koa'
import { AppError } from '../shared/app-error.ts'
import { retryAfter } from '../shared/retry-after.ts'

const PROBLEMS = {
  bad_request: [400, 'The request can not be read.'],
  method_not_offered: [400, 'This method is not for this sign-in.'],
  use_dpop_nonce: [400, 'The proof must carry the nonce of the header DPoP-Nonce.'],
  invalid_dpop_proof: [400, 'The proof in the header DPoP is not valid.'],
  invalid_credentials: [401, 'The user name or the password is wrong.'],
  invalid_code: [401, 'The answer is wrong, or was used before.'],
  invalid_mfa_token: [401, 'This sign-in is over. Start again.'],
  invalid_token: [401, 'The access token is not valid.'],
  invalid_refresh: [401, 'The session is over. Sign in again.'],
  refresh_reused: [401, 'The session was ended, because its token was used twice. Sign in again.'],
  mfa_required: [403, 'A second factor is needed.'],
  mfa_enrolment_required: [403, 'A second factor has to be set up first, at the address in enrol_at.'],
  step_up_required: [403, 'It has to be proven again who this is.'],
  cross_site: [403, 'This call must come from a page of this application.'],
  missing_header: [403, 'The header X-Requested-With is missing.'],
  invalid_csrf: [403, 'The header X-CSRF-Token must repeat the cookie csrf_token.'],
  not_found: [404, 'There is nothing at this address.'],
  method_not_allowed: [405, 'This address is not asked this way.'],
  superseded: [409, 'A newer token of this session is in use already.'],
  payload_too_large: [413, 'What was sent is too large.'],
  unsupported_media_type: [415, 'This address takes application/json only.'],
  rate_limited: [429, 'There were too many tries. Wait a little, then try again.'],
  internal: [500, 'Something went wrong here.'],
  temporarily_unavailable: [503, 'This can not be answered right now. Try again in a moment.'],
} as const

export type ProblemCode = keyof typeof PROBLEMS

interface ProblemOptions {
  detail?: string
  cause?: unknown
  members?: Readonly<Record<string, unknown>>
}

/** `detail` and `cause` are for the log; `members` go out with the rest. */
export class Problem extends Error {
  readonly code: ProblemCode
  readonly detail: string | undefined
  readonly members: Readonly<Record<string, unknown>>
  constructor(code: ProblemCode, options: ProblemOptions = {}) {
    super(code, options.cause === undefined ? undefined : { cause: options.cause })
    this.code = code
    this.detail = options.detail
    this.members = options.members ?? {}
  }
}

export function toProblem(error: unknown): Problem {
  if (error instanceof Problem) return error
  if (!(error instanceof AppError)) return new Problem('internal', { cause: error })
  const detail = error.detail ?? error.code
  if (error.status === 503) return new Problem('temporarily_unavailable', { detail, cause: error })
  const code = error.code in PROBLEMS ? (error.code as ProblemCode) : 'bad_request'
  return new Problem(code, { detail, cause: error })
}

export function showProblem(ctx: Context, { code, members }: Problem, requestId: string): void {
  const [status, title] = PROBLEMS[code]
  ctx.status = status
  ctx.body = JSON.stringify({ type: 'about:blank', title, status, code, ...members, request_id: requestId })
  ctx.type = 'application/problem+json'
  if (status === 503) ctx.set('retry-after', retryAfter())
  if (code === 'invalid_token') ctx.set('www-authenticate', 'Bearer error="invalid_token"')
}
