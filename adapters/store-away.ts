/** Tells a store that is away, or too slow, from a fault of ours: the first is a 503 that passes by itself. */
import { StoreAway } from '../src/shared/app-error.ts'

/** Node's words for a peer that can't be reached; a missing Unix socket is ENOENT, no descriptor left for it EMFILE. */
const UNREACHABLE = new Set([
  'EAI_AGAIN',
  'ECONNABORTED',
  'ECONNREFUSED',
  'ECONNRESET',
  'EHOSTDOWN',
  'EHOSTUNREACH',
  'EMFILE',
  'ENETDOWN',
  'ENETUNREACH',
  'ENFILE',
  'ENOENT',
  'ENOTFOUND',
  'EPIPE',
  'ETIMEDOUT',
])

/**
 * SQLSTATEs (PostgreSQL, appendix A): connection exceptions, out of disk, memory or connections, shutting down or
 * starting up, a replica that only reads, a statement or lock that took too long.
 */
const AWAY_STATES = /^(08...|53...|57P0[1-5]|57014|55P03|25006)$/

/** `pg` and its pool have no codes for these. */
const AWAY_WORDS =
  /^(Connection terminated|timeout expired|timeout exceeded|Query read timeout|Client has encountered a connection error|Client was closed|Cannot use a pool after calling end)/

/** Replies of a Redis that answers but can't serve: loading, busy, out of memory, failing over. */
const AWAY_REPLIES =
  /^(LOADING|BUSY|READONLY|MASTERDOWN|CLUSTERDOWN|TRYAGAIN|MISCONF|NOREPLICAS|OOM|UNBLOCKED|max number of clients)/

/** What ioredis itself says: no connection, one that broke amid a pipeline, or no answer within `commandTimeout`. */
const AWAY_CLIENT =
  /^(Command timed out|Command aborted|Connection is closed|Stream isn't writeable|Reached the max retries|Socket timeout|None of the available nodes|All sentinels are unreachable)/

/** PostgreSQL's failures: `StoreAway` where the server was away or too slow, the error itself otherwise. */
export function asStoreAway(error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof StoreAway) return error
  const code = codeOf(error)
  const away = UNREACHABLE.has(code) || AWAY_STATES.test(code) || AWAY_WORDS.test(error.message)
  return away ? new StoreAway('postgresql', error) : error
}

/** The same for Redis. */
export function asRedisAway(error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof StoreAway) return error
  const words = error.message.replace(/^ERR /, '')
  const away = UNREACHABLE.has(codeOf(error)) || AWAY_REPLIES.test(words) || AWAY_CLIENT.test(words)
  return away ? new StoreAway('redis', error) : error
}

/** The promise's answer, or `late()` as its rejection when that takes longer than `ms`. */
export async function within<T>(ms: number, promise: Promise<T>, late: () => Error): Promise<T> {
  const { promise: timeout, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(() => reject(late()), ms)
  try {
    return await Promise.race([promise, timeout])
  } finally {
    clearTimeout(timer)
  }
}

const codeOf = (error: Error): string => ('code' in error && typeof error.code === 'string' ? error.code : '')
