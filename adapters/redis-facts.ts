import { StoreAway } from '../src/shared/app-error.ts'
import { answer, openRedis } from './redis-client.ts'
import { within } from './store-away.ts'

/** What an operator should know of the Redis that holds the short-lived state. */
export interface RedisFacts {
  product: 'Redis' | 'Valkey'
  version: string
  /** `maxmemory-policy`: what it throws away when memory runs out. */
  evictionPolicy: string
  appendOnly: boolean
  /** Its clock, epoch milliseconds, and the answer's way there and back. */
  now: number
  tookMs: number
}

const PATIENCE_MS = 2_000

/** Rejects with `StoreAway` when it can't be reached, or does not let us in. */
export async function readRedisFacts(url: string): Promise<RedisFacts> {
  let trouble: Error | undefined
  const redis = openRedis({
    url,
    onError: (error) => {
      trouble = error
    },
  })
  try {
    // Lost connections are told to `onError`; what is awaited here is that one comes about at all.
    const { promise: ready, resolve } = Promise.withResolvers<void>()
    redis.once('ready', resolve)
    await within(PATIENCE_MS, ready, () => new StoreAway('redis', trouble))
    const info = parseInfo(await answer(redis.info()))
    const from = performance.now()
    const [seconds, microseconds] = await answer(redis.time())
    const tookMs = performance.now() - from
    return { ...described(info), now: Number(seconds) * 1000 + Number(microseconds) / 1000, tookMs }
  } finally {
    redis.disconnect()
  }
}

const parseInfo = (text: string): Map<string, string> =>
  new Map(
    text.split(/\r?\n/).flatMap((line) => {
      const at = line.indexOf(':')
      return at > 0 ? [[line.slice(0, at), line.slice(at + 1)] as const] : []
    }),
  )

/** Valkey also tells the version of Redis that it stands in for. */
const described = (info: ReadonlyMap<string, string>) => ({
  product: info.has('valkey_version') ? ('Valkey' as const) : ('Redis' as const),
  version: info.get('valkey_version') ?? info.get('redis_version') ?? '0',
  evictionPolicy: info.get('maxmemory_policy') ?? 'unknown',
  appendOnly: info.get('aof_enabled') === '1',
})
