/**
 * How the house speaks to Redis: a request learns within two seconds that Redis is away, nothing is sent late or
 * twice, and the connection comes back by itself.
 */
import { type ChainableCommander, Redis } from 'ioredis'
import { asRedisAway } from './store-away.ts'

export interface RedisAddress {
  /** `redis://` or `rediss://`, with user, password and database number where needed. */
  url: string
  /** Hears of lost connections; commands reject on their own. */
  onError?: (error: Error) => void
}

/** A request has two seconds; a command that took longer than this is of no use to it. */
const COMMAND_TIMEOUT = 1_500

export function openRedis({ url, onError = () => {} }: RedisAddress): Redis {
  const redis = new Redis(url, {
    connectionName: 'gatehouse',
    disableClientInfo: true,
    connectTimeout: COMMAND_TIMEOUT,
    commandTimeout: COMMAND_TIMEOUT,
    // What one turn of the event loop asks goes in one write: a write costs as much as the rest of a command.
    enableAutoPipelining: true,
    // A silent peer (frozen, cut off) is left, so that what waits for it stays bounded.
    socketTimeout: COMMAND_TIMEOUT,
    maxLoadingRetryTime: 1_000,
    // Queued or repeated, a command would run when the one who asked has long been told that it failed.
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    retryStrategy: reconnectDelay,
    reconnectOnError: (error) => error.message.startsWith('READONLY'),
  })
  redis.on('error', onError)
  return redis
}

/** Never gives up; the jitter keeps a fleet from coming back as one herd. */
export function reconnectDelay(attempt: number, random: () => number = Math.random): number {
  const ceiling = Math.min(2_000, 50 * 2 ** Math.min(attempt, 10))
  return Math.round(ceiling * (0.5 + random() / 2))
}

/** A reply; what means "Redis is away" rejects as `StoreAway`. */
export async function answer<T>(reply: Promise<T>): Promise<T> {
  return reply.catch((error: unknown) => {
    throw asRedisAway(error)
  })
}

/** Sends commands in one go and gives the last one's reply; none may have failed. */
export async function lastAnswer(pipeline: ChainableCommander): Promise<unknown> {
  return (await allAnswers(pipeline)).at(-1)
}

export async function allAnswers(pipeline: ChainableCommander): Promise<unknown[]> {
  const replies = (await answer(pipeline.exec())) ?? []
  return replies.map(([error, reply]) => {
    if (error) throw asRedisAway(error)
    return reply
  })
}

/** Lets what is under way finish, if Redis answers at all. */
export async function closeRedis(redis: Redis): Promise<void> {
  await redis.quit().catch(() => redis.disconnect())
}
