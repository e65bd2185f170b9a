import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { StateStore } from '../../adapters/contract.ts'
import { openRedisState } from '../../adapters/redis.ts'
import {
  claimNow,
  createFamily,
  endAll,
  familyOf,
  HOUR,
  newEvent,
  newKey,
  newToken,
  rotateNow,
  rotationOf,
  SOON,
} from '../../adapters/spec/fixtures.ts'
import { type RunningService, startRedis } from '../support/services.ts'
import { connected } from './connected.ts'

const AWAY = { name: 'StoreAway', detail: 'redis' }

/** What a request may wait; the clock is the test's own, and generous beside the 1.5 s that the store allows itself. */
async function within(limit: number, call: () => Promise<unknown>): Promise<unknown> {
  const started = performance.now()
  try {
    return await call()
  } finally {
    expect(performance.now() - started).toBeLessThan(limit)
  }
}

describe('when Redis is away', () => {
  let server: RunningService
  let store: StateStore
  const heard: Error[] = []
  beforeAll(async () => {
    server = await startRedis()
    store = await connected(openRedisState({ url: server.url, onError: (error) => heard.push(error) }))
  })
  afterAll(async () => {
    await store.close()
    await server.stop()
  })

  it('F-104 every call says so at once, and all is well when it is back', async () => {
    const { key } = await createFamily(store)
    server.kill('SIGKILL')
    await expect
      .poll(
        () =>
          store.ping().then(
            () => 'there',
            () => 'away',
          ),
        SOON,
      )
      .toBe('away')
    const calls = [
      () => store.ping(),
      () => store.grants.read(key),
      () => rotateNow(store, key, 0),
      () => endAll(store.grants, 'account', 'ada', newEvent()),
      () => store.artifacts.put('Session', key, { payload: {}, expiresIn: 1_000, account: 'ada' }),
      () => claimNow(store, key, 1_000),
    ]
    for (const call of calls) await within(2_000, () => expect(call()).rejects.toMatchObject(AWAY))
    await expect.poll(() => heard.length, SOON).toBeGreaterThan(0)

    await server.restart()
    await connected(store)
    const again = await createFamily(store)
    expect(await rotateNow(store, again.key, 0)).toEqual({ status: 'rotated' })
  })

  it('F-105 a frozen Redis costs each request its time-out, and what arrives late changes nothing', async () => {
    const { key } = await createFamily(store)
    const readAt = (await store.grants.read(key))?.readAt ?? 0
    const token = newToken()
    server.kill('SIGSTOP')
    const rotation = rotationOf(0, { notAfter: readAt + 1_000, token })
    await within(2_500, () => expect(store.ping()).rejects.toMatchObject(AWAY))
    await within(2_500, () => expect(store.grants.rotate(key, rotation)).rejects.toMatchObject(AWAY))
    const [revoked, notAfter] = [newEvent(), readAt + 1_000]
    await within(2_500, () =>
      expect(store.grants.revokeUntil(key, revoked, notAfter)).rejects.toMatchObject(AWAY),
    )
    // By now the silent connection has been left: what is asked for meanwhile is not kept for later.
    await within(2_500, () => expect(claimNow(store, key, HOUR)).rejects.toMatchObject(AWAY))
    server.kill('SIGCONT')
    await connected(store)
    expect(await claimNow(store, key, HOUR)).toBe('first')
    expect(await familyOf(store, key)).toMatchObject({ number: 0, uses: [] })
    expect(await store.grants.readToken(key, token.key)).toBeUndefined()
    expect(await rotateNow(store, key, 0)).toEqual({ status: 'rotated' })
  })

  it('F-108 a full Redis refuses writes as away and goes on reading and revoking', async () => {
    const { key } = await createFamily(store)
    const redis = new Redis(server.url)
    await redis.config('SET', 'maxmemory', '1')
    await expect(createFamily(store)).rejects.toMatchObject(AWAY)
    await expect(rotateNow(store, key, 0)).rejects.toMatchObject(AWAY)
    await expect(claimNow(store, newKey(), 1_000)).rejects.toMatchObject(AWAY)
    expect(await familyOf(store, key)).toMatchObject({ number: 0 })
    expect(await store.grants.revoke(key, newEvent())).toBe(true)
    await redis.config('SET', 'maxmemory', '0')
    expect(await store.grants.read(key)).toBeUndefined()
    await createFamily(store)
    redis.disconnect()
  })

  it('a store that never connected says so too, and closes', async () => {
    const nowhere = openRedisState({ url: 'redis://127.0.0.1:1' })
    await within(2_000, () => expect(nowhere.ping()).rejects.toMatchObject(AWAY))
    await within(2_000, () => expect(nowhere.grants.read('key')).rejects.toMatchObject(AWAY))
    await nowhere.close()
  })
})
