import type { Context, Middleware } from 'koa'
import { showProblem, toProblem } from '../first-party/problem.ts'
import type { ShowPage } from '../pages/respond.ts'
import { libraryError } from '../provider/library-error.ts'
import { ROUTES } from '../provider/routes.ts'
import { minutesOf, RateLimited, refusalHeaders } from '../security/rate-limit/refusal.ts'
import { AppError, type AppErrorCode } from '../shared/app-error.ts'
import type { Clock } from '../shared/clock.ts'
import { retryAfter } from '../shared/retry-after.ts'
import type { RequestContexts } from '../telemetry/request-context.ts'

export interface ErrorAnswers {
  showPage: ShowPage
  requests: RequestContexts
  clock: Clock
}

export type AnswerError = (ctx: Context, error: unknown) => void

/** The one place that turns an error of ours into an answer: the reason to the log, a sentence to the person. */
export const createAnswerError =
  (use: ErrorAnswers): AnswerError =>
  (ctx, error) =>
    answer(use, ctx, toAppError(error))

export function answerErrors(answerError: AnswerError): Middleware {
  return async (ctx, next) => {
    try {
      await next()
      if (ctx.status === 404 && ctx.body === undefined && ctx.respond !== false) {
        throw new AppError('not_found', 'There is nothing at this address.')
      }
    } catch (error) {
      answerError(ctx, error)
    }
  }
}

/** Where only programs ask: they read JSON, whatever they say to accept. */
const PROGRAMS: ReadonlySet<string> = new Set([
  ROUTES.token,
  ROUTES.userinfo,
  ROUTES.jwks,
  ROUTES.introspection,
  ROUTES.revocation,
  ROUTES.pushed_authorization_request,
])

/** RFC 6749 §5.2 has words of its own. */
const WORDS: { [Code in AppErrorCode]?: string } = {
  bad_request: 'invalid_request',
  store_away: 'temporarily_unavailable',
  busy: 'temporarily_unavailable',
  internal: 'server_error',
}

function toAppError(error: unknown): AppError {
  if (error instanceof AppError) return error
  const known = libraryError(error)
  if (known !== undefined && known.status < 500) {
    return new AppError('bad_request', 'This request can not be understood.', {
      detail: known.message,
      cause: error,
    })
  }
  if (known?.status === 503) {
    return new AppError('store_away', 'Gatehouse cannot reach its storage right now.', { cause: error })
  }
  return new AppError('internal', 'Something went wrong here.', { cause: error })
}

function answer(use: ErrorAnswers, ctx: Context, error: AppError): void {
  const { id, log } = use.requests.of(ctx.req)
  const level = error.status >= 500 ? 'error' : 'info'
  log[level]({ reason: error.detail ?? error.code, status: error.status, error: error.cause }, error.message)
  if (error.status === 503) ctx.set('retry-after', retryAfter())
  if (error instanceof RateLimited) ctx.set(refusalHeaders(error.refusal))
  if (ctx.path.startsWith('/auth/')) {
    showProblem(ctx, toProblem(error), id)
    return
  }
  if (PROGRAMS.has(ctx.path) || ctx.accepts('html', 'json') === 'json') {
    ctx.status = error.status
    ctx.body = { error: WORDS[error.code] ?? error.code, error_description: error.message, request_id: id }
    return
  }
  const { status, code } = error
  const page = { code, status, requestId: id, time: use.clock.now() }
  const minutes = error instanceof RateLimited ? { minutes: minutesOf(error.refusal) } : {}
  // Of the library's addresses the query is what counts, and it holds what strangers wrote.
  const again = ctx.method === 'GET' && !ctx.path.startsWith('/oauth2/') ? {} : undefined
  use.showPage(ctx, 'error', { ...page, ...minutes }, { status, again })
}
