import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { describeStateStore } from '../../adapters/contract.spec.ts'
import type { StateStore } from '../../adapters/contract.ts'
import { keysUnder } from '../../adapters/redis/keys.ts'
import { openRedisState } from '../../adapters/redis.ts'
import {
  createFamily,
  createGrant,
  HOUR,
  newFamily,
  newKey,
  newOwner,
  newToken,
  redemptionOf,
  rotationOf,
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
    expect(left.filter((_, index) => lives[index] === -1)).toEqual([])
  })

  it('lets braces decide the slot of a grant and its tokens, so that one script may touch them', () => {
    const tags = [keys.grant('g'), keys.token('g', 'one'), keys.token('g', 'two')].map(
      (key) => /\{([^}]+)\}/.exec(key)?.[1],
    )
    expect(tags).toEqual(['g', 'g', 'g'])
  })

  it('indexes a grant until after it is gone, longer when it lives longer, and never less long', async () => {
    const grant = await createGrant(store)
    const index = keys.grantsOf('session', grant.owner.session)
    const first = await redis.pttl(index)
    expect(first).toBeGreaterThan(HOUR)
    expect(first).toBeLessThan(1.1 * HOUR)
    await store.grants.redeem(
      grant.key,
      redemptionOf(grant, { family: newFamily(), grantExpiresIn: 48 * HOUR }),
    )
    expect(await redis.pttl(index)).toBeGreaterThan(48 * HOUR)
    expect(await redis.pttl(keys.grant(grant.key))).toBeLessThanOrEqual(48 * HOUR)
    await store.grants.redeem(grant.key, redemptionOf(grant))
    expect(await redis.pttl(index)).toBeGreaterThan(48 * HOUR)
  })

  it('prunes an index when something is added to it', async () => {
    const owner = newOwner()
    const index = keys.grantsOf('client', owner.client)
    const { key } = await createGrant(store, owner)
    await redis.zadd(index, 'XX', Date.now() - 1_000, key)
    await createGrant(store, owner)
    expect(await redis.zcard(index)).toBe(1)
  })

  it('keeps no trace of a grant that was revoked', async () => {
    const [{ key, owner }, other] = [await createFamily(store), await createFamily(store)]
    await store.grants.revoke(key)
    await store.grants.revokeAll('account', other.owner.account)
    expect(await redis.keys(`*${key}*`)).toEqual([])
    for (const { account, client, session } of [owner, other.owner]) {
      const left = await redis.exists(
        keys.grantsOf('account', account),
        keys.grantsOf('client', client),
        keys.grantsOf('session', session),
      )
      expect(left).toBe(0)
    }
  })

  it('is read whole again after Redis has forgotten the scripts', async () => {
    const grant = await createGrant(store)
    await redis.script('FLUSH', 'SYNC')
    expect(await store.grants.redeem(grant.key, redemptionOf(grant, { family: newFamily() }))).toBe(
      'redeemed',
    )
    await redis.script('FLUSH', 'SYNC')
    expect(await store.grants.rotate(grant.key, rotationOf(0))).toEqual({ status: 'rotated' })
    await redis.script('FLUSH', 'SYNC')
    const [one, two] = await Promise.all([createGrant(store, grant.owner), createGrant(store, grant.owner)])
    expect(await store.grants.revokeAll('account', grant.owner.account)).toBe(3)
    expect(await store.grants.read(one.key)).toBeUndefined()
    expect(await store.grants.read(two.key)).toBeUndefined()
  })

  it('says what is wrong when somebody else’s data is in the way', async () => {
    const key = newKey()
    await redis.set(keys.grant(key), 'not ours', 'PX', HOUR)
    await expect(store.grants.read(key)).rejects.toThrow(/WRONGTYPE/)
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
      ['rotate', () => grants.rotate(grant.key, rotationOf(0, { token: newToken() }))],
      ['changed', () => grants.rotate(grant.key, rotationOf(0))],
      ['readToken', () => grants.readToken(grant.key, token.key)],
      ['addToken', () => grants.addToken(grant.key, newToken())],
      ['create', () => createGrant(store)],
      ['put', () => artifacts.put('Session', key, artifact)],
      ['replace', () => artifacts.replace('Session', key, artifact)],
      ['get', () => artifacts.get('Session', key)],
      ['consume', () => artifacts.consume('Session', key)],
      ['claim', () => artifacts.claim('jti', key, HOUR)],
      ['destroy', () => artifacts.destroy('Session', key)],
    ]
    for (const [name, call] of calls) expect(await counter.count(call), name).toBe(1)
    await store.close()
    counter.close()
  })
})
