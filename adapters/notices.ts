/**
 * How a node tells the others that something it may have cached has changed. A notice can be lost, and can come
 * twice: what is cached is cached for seconds, so a loss heals itself, and no request ever fails for a notice.
 */
import { setTimeout as delay } from 'node:timers/promises'
import { Client, type ClientConfig } from 'pg'
import { closeRedis, openRedis } from './redis-client.ts'

export interface Notices {
  /** Never rejects. `topic` is a word without spaces. */
  publish(topic: string, key: string): Promise<void>
  /** Hears this node's own notices too. */
  subscribe(topic: string, listener: (key: string) => void): void
  close(): Promise<void>
}

/** Notices go out side by side; with `pipeline` one that gets no answer in time ends the connection, for a new one. */
const LISTENER: ClientConfig = {
  application_name: 'gatehouse',
  keepAlive: true,
  pipeline: true,
  connectionTimeoutMillis: 1_500,
  query_timeout: 1_500,
}

type OnError = (error: unknown) => void

/** One connection to the others: what goes out, and the end of it. What comes in goes to `receive`. */
interface Wire {
  send(notice: string): Promise<unknown>
  close(): Promise<void>
}

/** For a node that is alone. */
export const localNotices = (): Notices =>
  noticesOver(
    () => ({ send: async () => {}, close: async () => {} }),
    () => {},
  )

/** Listens on a connection of its own, as a Redis connection that subscribes can do nothing else. */
export const redisNotices = (url: string, onError: OnError = () => {}): Notices =>
  noticesOver((receive) => {
    const listener = openRedis({ url, onError })
    const sender = openRedis({ url, onError })
    // Channels are common to all databases of a Redis; a neighbour's notices are none of ours.
    const channel = `gatehouse:${listener.options.db ?? 0}`
    listener.on('ready', () => void listener.subscribe(channel).catch(onError))
    listener.on('message', (_channel, notice) => receive(notice))
    return {
      send: (notice) => sender.publish(channel, notice),
      close: async () => void (await Promise.all([closeRedis(listener), closeRedis(sender)])),
    }
  }, onError)

/** `url` has to lead to the server itself: a pooler that lends connections by the transaction loses `listen`. */
export const postgresNotices = (url: string, onError: OnError = () => {}): Notices =>
  noticesOver((receive) => {
    const ending = new AbortController()
    let client: Client | undefined
    const listenUntilLost = async (): Promise<void> => {
      client = new Client({ connectionString: url, ...LISTENER })
      client.on('error', onError).on('notification', ({ payload }) => receive(payload ?? ''))
      const { promise: lost, resolve } = Promise.withResolvers<void>()
      client.once('end', resolve)
      try {
        // Ended while it connects, as by a command that is done at once, `pg` leaves the promise open for ever.
        await Promise.race([client.connect(), lost])
        if (ending.signal.aborted) return
        await client.query('listen gatehouse')
        await lost
      } finally {
        await client.end()
      }
    }
    const listening = repeatUntil(ending.signal, listenUntilLost, onError)
    return {
      send: async (notice) => client?.query('select pg_notify($1, $2)', ['gatehouse', notice]),
      close: async () => {
        ending.abort()
        await client?.end()
        await listening
      },
    }
  }, onError)

function noticesOver(open: (receive: (notice: string) => void) => Wire, onError: OnError): Notices {
  const listeners = new Map<string, ((key: string) => void)[]>()
  const receive = (notice: string): void => {
    const space = notice.indexOf(' ')
    for (const listener of listeners.get(notice.slice(0, space)) ?? []) listener(notice.slice(space + 1))
  }
  const wire = open(receive)
  return {
    async publish(topic, key) {
      const notice = `${topic} ${key}`
      receive(notice)
      await wire.send(notice).catch(onError)
    },
    subscribe(topic, listener) {
      listeners.set(topic, [...(listeners.get(topic) ?? []), listener])
    },
    close: () => wire.close(),
  }
}

async function repeatUntil(signal: AbortSignal, step: () => Promise<void>, onError: OnError): Promise<void> {
  while (!signal.aborted) {
    await step().catch(onError)
    await delay(500 + Math.random() * 500, undefined, { signal }).catch(() => {})
  }
}
