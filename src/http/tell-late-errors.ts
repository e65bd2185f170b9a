import type Koa from 'koa'
import type { Context } from 'koa'
import type { RequestContexts } from '../telemetry/request-context.ts'

/** Node's words for a client that has gone; the request's own line says so already, as 499. */
const GONE: ReadonlySet<unknown> = new Set(['ECONNRESET', 'EPIPE', 'ETIMEDOUT'])

/**
 * What Koa finds when an answer can't be given any more. Without a listener it prints it, frames and all, past the log,
 * once for everybody who leaves in the middle.
 */
export function tellLateErrors(app: Koa, requests: RequestContexts): void {
  app.on('error', (error: Error, { req }: Context) => {
    if ('code' in error && GONE.has(error.code)) return
    requests.of(req).log.error({ error }, 'a request failed beyond its answer')
  })
}
