import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { describeStateStore } from '../../adapters/contract.spec.ts'
import type { DrainedEvent, StateStore } from '../../adapters/contract.ts'
import { keysUnder } from '../../adapters/redis/keys.ts'
import { openRedisState } from '../../adapters/redis.ts'
import {
  addToken,
  claimNow,
  createFamily,
  createGrant,
  endAll,
  HOUR,
  LISTENED,
  newEvent,
  newFamily,
  newKey,
  newToken,
  redemptionOf,
  rotateNow,
} from '../../adapters/spec/fixtures.ts'
import { freshRedis } from '../support/databases.ts'
import { connected } from './connected.ts'
import { countTrips } from './trips.ts'

const url = freshRedis()
const prefix = 'test:'
const keys = keysUnder(prefix)

describeStateStore('state in Redis', () => connected(openRedisState({ url, prefix })))

describe('what state leaves in Redis', () => {
  let store: StateStore
  let redis: Redis
  beforeAll(async () => {
    store = await connected(openRedisState({ url, prefix }))
    redis = new Redis(url)
  })
  afterAll(async () => {
    await store.close()
    redis.disconnect()
  })

  /** Everything that the suite above wrote is still there. */
  it('lies under its prefix and expires, without exception', async () => {
    await createFamily(store)
    const left = await redis.keys('*')
    expect(left.length).toBeGreaterThan(0)
    expect(left.filter((key) => !key.startsWith(prefix))).toEqual([])
    const lives = await Promise.all(left.map((key) => redis.pttl(key)))
    // Events and what ended wait for as long as it takes, and the run goes on: nothing else may.
    const lasting = left.filter((_, index) => lives[index] === -1)
    expect(lasting.toSorted()).toEqual([keys.endings, keys.events, keys.run])
  })

  it('lets braces decide the slot of what one script may touch: a grant and its tokens, an index’ sets', () => {
    const tagsOf = (names: string[]) => names.map((name) => /\{([^}]+)\}/.exec(name)?.[1])
    const ofGrant = [keys.grant('g'), keys.token('g', 'one'), keys.token('g', 'two')]
    expect(tagsOf(ofGrant)).toEqual(['g', 'g', 'g'])
    const { sets } = keys.grantsOf('account', newKey())
    expect([sets.length, new Set(sets).size, new Set(tagsOf(sets)).size]).toEqual([4, 4, 1])
    expect(tagsOf(sets)[0]).toMatch(/^[0-9a-f]{2}$/)
  })

  it('keeps no trace of a grant that was revoked', async () => {
    const [{ key }, other] = [await createFamily(store), await createFamily(store)]
    await store.grants.revoke(key, newEvent())
    await endAll(store.grants, 'account', other.owner.account, newEvent())
    expect(await redis.keys(`*${key}*`)).toEqual([])
    const entries: string[] = []
    for (const set of await redis.keys(`${prefix}x:*`)) entries.push(...(await redis.zrange(set, '0', '-1')))
    expect(entries.length).toBeGreaterThan(0)
    expect(entries.filter((entry) => entry.endsWith(key) || entry.endsWith(other.key))).toEqual([])
  })

  it('is read whole again after Redis has forgotten the scripts', async () => {
    const grant = await createGrant(store)
    await redis.script('FLUSH', 'SYNC')
    expect(await store.grants.redeem(grant.key, redemptionOf(grant, { family: newFamily() }))).toBe(
      'redeemed',
    )
    await redis.script('FLUSH', 'SYNC')
    expect(await rotateNow(store, grant.key, 0)).toEqual({ status: 'rotated' })
    await redis.script('FLUSH', 'SYNC')
    const [one, two] = await Promise.all([createGrant(store, grant.owner), createGrant(store, grant.owner)])
    expect(await endAll(store.grants, 'account', grant.owner.account, newEvent())).toBe(3)
    expect(await store.grants.read(one.key)).toBeUndefined()
    expect(await store.grants.read(two.key)).toBeUndefined()
  })

  it('says what is wrong when somebody else’s data is in the way', async () => {
    const key = newKey()
    await redis.set(keys.grant(key), 'not ours', 'PX', HOUR)
    await expect(store.grants.read(key)).rejects.toThrow(/no grant/)
    const another = newKey()
    await redis.hset(keys.grant(another), 'not', 'ours')
    await redis.pexpire(keys.grant(another), HOUR)
    await expect(store.grants.read(another)).rejects.toThrow(/WRONGTYPE/)
  })
})

describe('events that nobody takes', () => {
  const bounded = 'bounded:'
  const names = keysUnder(bounded)
  let store: StateStore
  let redis: Redis
  beforeAll(async () => {
    store = await connected(openRedisState({ url, prefix: bounded, eventBound: 5 }))
    redis = new Redis(url)
  })
  afterAll(async () => {
    await store.close()
    redis.disconnect()
  })

  it('have a bound, at which those of refreshes are counted and dropped, and no others', async () => {
    const { key } = await createFamily(store)
    for (let number = 0; number < 10; number++) await rotateNow(store, key, number)
    await addToken(store, key, newToken())
    expect(await redis.xlen(names.events)).toBe(5)
    const others = [newEvent(), newEvent(), newEvent()]
    // What was noticed of a refresh is none of its own.
    await rotateNow(store, key, 10, { noticed: others[2] ?? newEvent() })
    await store.grants.revoke(key, others[0] ?? newEvent())
    await store.events.keep(others[1] ?? newEvent())
    await createFamily(store)
    expect(await redis.xlen(names.events)).toBe(9)

    const lost = newEvent()
    const taken: DrainedEvent[] = []
    expect(await store.events.drain(async (events) => void taken.push(...events), lost)).toBe(10)
    expect(taken.filter(({ dropped }) => dropped !== undefined)).toEqual([{ ...lost, dropped: 8 }])
    expect(taken.map(({ id }) => id)).toEqual(expect.arrayContaining(others.map(({ id }) => id)))
    expect(await redis.xlen(names.events)).toBe(0)
    expect(await store.events.drain(async () => {}, newEvent())).toBe(0)
  })

  it('come oldest first, and again when they could not be taken', async () => {
    const events = Array.from({ length: 7 }, newEvent)
    for (const event of events) await store.events.keep(event)
    const failing = store.events.drain(() => Promise.reject(new Error('no room')), newEvent())
    await expect(failing).rejects.toThrow('no room')
    const taken: DrainedEvent[] = []
    await store.events.drain(async (all) => void taken.push(...all), newEvent())
    expect(taken).toEqual(events)
  })
})

describe('a trip to Redis', () => {
  it('is all that a call needs', async () => {
    const counter = await countTrips(url)
    const store = await connected(openRedisState({ url: counter.url, prefix }))
    const { grants, artifacts } = store
    const [grant, key, token] = [await createGrant(store), newKey(), newToken()]
    const artifact = { payload: {}, expiresIn: HOUR, alias: key, account: key }
    const calls: [string, () => Promise<unknown>][] = [
      ['redeem', () => grants.redeem(grant.key, redemptionOf(grant, { family: newFamily(), token }))],
      ['read', () => grants.read(grant.key)],
      ['rotate', () => rotateNow(store, grant.key, 0, { token: newToken() })],
      ['changed', () => rotateNow(store, grant.key, 0)],
      ['readToken', () => grants.readToken(grant.key, token.key)],
      ['repeat', () => rotateNow(store, grant.key, 1, { becomes: 1, token: newToken() })],
      ['revokeUntil', () => store.grants.revokeUntil(newKey(), newEvent(), LISTENED)],
      ['create', () => createGrant(store)],
      ['put', () => artifacts.put('Session', key, artifact)],
      ['replace', () => artifacts.replace('Session', key, artifact)],
      ['get', () => artifacts.get('Session', key)],
      ['consume', () => artifacts.consume('Session', key)],
      ['claim', () => claimNow(store, key, HOUR)],
      ['destroy', () => artifacts.destroy('Session', key)],
    ]
    for (const [name, call] of calls) expect(await counter.count(call), name).toBe(1)
    await store.close()
    counter.close()
  })
})
