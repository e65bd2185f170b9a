import { randomUUID } from 'node:crypto'

const REQUEST_ID = /^[\w.-]{1,64}$/
/** W3C Trace Context §3.2: version, trace id, parent id, flags. Versions after 00 may say more behind a dash. */
const TRACE_PARENT =
  /^(?:00-([\da-f]{32})-([\da-f]{16})-[\da-f]{2}|(?!00|ff)[\da-f]{2}-([\da-f]{32})-([\da-f]{16})-[\da-f]{2}(?:-.*)?)$/

function traceId(header: string): string | undefined {
  const [, ...parts] = TRACE_PARENT.exec(header) ?? []
  const [trace, parent] = parts.filter((part) => part !== undefined)
  // All zeros is "invalid" by the same section.
  return trace !== undefined && /[^0]/.test(trace) && parent !== undefined && /[^0]/.test(parent)
    ? trace
    : undefined
}

/** In the shape of a trace id, so that a trace can take it over. Node draws UUIDs from a pool, bytes one by one. */
const freshId = () => randomUUID().replaceAll('-', '')

/**
 * The id that ties a request's log lines, audit rows and answer together: the caller's own (a proxy's), or its
 * trace's, or a fresh one. Only harmless signs are taken over, as the id is shown on pages and stored.
 */
export function requestId(
  headers: Readonly<Record<string, string | string[] | undefined>>,
  fresh: () => string = freshId,
): string {
  const [own, trace] = [headers['x-request-id'], headers['traceparent']]
  if (typeof own === 'string' && REQUEST_ID.test(own)) return own
  return (typeof trace === 'string' ? traceId(trace) : undefined) ?? fresh()
}
