import type { IncomingMessage } from 'node:http'
import type { LogEvent, Logger } from './logger.ts'

/** What is known of a request from its first moment on; its logger names it in every line. */
export interface RequestContext {
  id: string
  ip: string
  log: Logger
  /** What the request came to, where it went well: said in the line that every request ends with. */
  outcome?: LogEvent
}

export interface RequestContexts {
  /** Our host and the library see the same raw request, each with a context of its own. */
  of(req: IncomingMessage): RequestContext
  begin(req: IncomingMessage, context: RequestContext): void
}

export function createRequestContexts(): RequestContexts {
  const known = new WeakMap<IncomingMessage, RequestContext>()
  return {
    of: (req) => {
      const context = known.get(req)
      if (context === undefined) throw new Error('a request that never passed the door')
      return context
    },
    begin: (req, context) => void known.set(req, context),
  }
}
