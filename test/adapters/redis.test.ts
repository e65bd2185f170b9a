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
  HOUR,
  LISTENED,
  newEvent,
  newFamily,
  newKey,
  newOwner,
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

  it('lets braces decide the slot of a grant and its tokens, so that one script may touch them', () => {
    const tags = [keys.grant('g'), keys.token('g', 'one'), keys.token('g', 'two')].map(
      (key) => /\{([^}]+)\}/.exec(key)?.[1],
    )
    expect(tags).toEqual(['g', 'g', 'g'])
  })

  it('indexes a grant until after it is gone, longer when it lives longer, and never less long', async () => {
    const grant = await createGrant(store)
    const { set, mark } = keys.grantsOf('session', grant.owner.session)
    const life = async () => Number(await redis.zscore(set, mark + grant.key)) - Date.now()
    const first = await life()
    expect(first).toBeGreaterThan(HOUR)
    expect(first).toBeLessThan(1.1 * HOUR)
    // The set goes with its last entry.
    expect(await redis.pttl(set)).toBeGreaterThan(HOUR)
    await store.grants.redeem(
      grant.key,
      redemptionOf(grant, { family: newFamily(), grantExpiresIn: 48 * HOUR }),
    )
    expect(await life()).toBeGreaterThan(48 * HOUR)
    expect(await redis.pttl(set)).toBeGreaterThan(48 * HOUR)
    expect(await redis.pttl(keys.grant(grant.key))).toBeLessThanOrEqual(48 * HOUR)
    await store.grants.redeem(grant.key, redemptionOf(grant))
    expect(await life()).toBeGreaterThan(48 * HOUR)
  })

  it.each(['client', 'session'] as const)(
    'prunes a %s’s set when something is added to it',
    async (index) => {
      const owner = newOwner()
      const { set, mark } = keys.grantsOf(index, owner[index])
      const { key } = await createGrant(store, owner)
      await redis.zadd(set, 'XX', Date.now() - 1_000, mark + key)
      const other = await createGrant(store, owner)
      expect(await redis.zscore(set, mark + key)).toBeNull()
      expect(await redis.zscore(set, mark + other.key)).not.toBeNull()
    },
  )

  it('puts many indexes into one set, and tells them apart', async () => {
    const { account } = newOwner()
    const { set } = keys.grantsOf('account', account)
    let neighbour = newKey()
    while (keys.grantsOf('session', neighbour).set !== set) neighbour = newKey()
    const mine = await createFamily(store, { account })
    const theirs = await createFamily(store, { session: neighbour })
    expect(await redis.zcard(set)).toBeGreaterThanOrEqual(2)
    const listed = async (index: 'account' | 'session', value: string) =>
      (await Array.fromAsync(store.grants.list(index, value))).flat().map(({ key }) => key)
    expect(await listed('account', account)).toEqual([mine.key])
    expect(await listed('session', neighbour)).toEqual([theirs.key])
    expect(await store.grants.revokeAll('account', account, newEvent())).toBe(1)
    expect(await listed('session', neighbour)).toEqual([theirs.key])
  })

  it('keeps no trace of a grant that was revoked', async () => {
    const [{ key }, other] = [await createFamily(store), await createFamily(store)]
    await store.grants.revoke(key, newEvent())
    await store.grants.revokeAll('account', other.owner.account, newEvent())
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
    expect(await store.grants.revokeAll('account', grant.owner.account, newEvent())).toBe(3)
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
    const others = [newEvent(), newEvent()]
    await store.grants.revoke(key, others[0] ?? newEvent())
    await store.events.keep(others[1] ?? newEvent())
    await createFamily(store)
    expect(await redis.xlen(names.events)).toBe(8)

    const lost = newEvent()
    const taken: DrainedEvent[] = []
    expect(await store.events.drain(async (events) => void taken.push(...events), lost)).toBe(9)
    expect(taken.filter(({ dropped }) => dropped !== undefined)).toEqual([{ ...lost, dropped: 7 }])
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
