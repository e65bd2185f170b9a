/** What a Redis that may have forgotten still stands by: nothing that it can't be sure of. */
import { Redis } from 'ioredis'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { StateStore } from '../../adapters/contract.ts'
import { keysUnder } from '../../adapters/redis/keys.ts'
import { openRedisState } from '../../adapters/redis.ts'
import {
  claimNow,
  createFamily,
  createGrant,
  HOUR,
  newFamily,
  newKey,
  newToken,
  redemptionOf,
  rotateNow,
  rotationOf,
  times,
} from '../../adapters/spec/fixtures.ts'
import { freshRedis } from '../support/databases.ts'
import { connected } from './connected.ts'

const prefix = 'runs:'
const keys = keysUnder(prefix)

describe('a Redis of another history', () => {
  const url = freshRedis()
  let [one, two]: StateStore[] = []
  let redis: Redis
  beforeAll(async () => {
    const open = () => connected(openRedisState({ url, prefix }))
    ;[one, two] = [await open(), await open()]
    redis = new Redis(url)
  })
  afterAll(async () => {
    redis.disconnect()
    await Promise.all([one?.close(), two?.close()])
  })

  const nodes = (): [StateStore, StateStore] => {
    if (one === undefined || two === undefined) throw new Error('not open')
    return [one, two]
  }
  /** As after a start from an older copy: what is kept was kept by another. */
  const turnBack = async (): Promise<number> => {
    const [, began = '0'] = String(await redis.get(keys.run)).split(' ')
    await redis.set(keys.run, `${'0'.repeat(40)} ${began}`)
    return Number(began)
  }
  const empty = async (): Promise<number> => {
    const [, began = '0'] = String(await redis.get(keys.run)).split(' ')
    await redis.del(keys.run)
    return Number(began)
  }
  const presentRun = async (store: StateStore): Promise<number> => {
    await store.ping()
    return store.run()
  }

  beforeEach(() => Promise.all(nodes().map((store) => store.ping())))

  it.each([
    ['comes from another start', turnBack],
    ['was emptied', empty],
  ])('that %s begins a run, one for all, later than the one before', async (_, change) => {
    const before = await change()
    const runs = await times(10, (n) => presentRun(nodes()[n % 2 === 0 ? 0 : 1]))
    expect(new Set(runs).size).toBe(1)
    expect(runs[0]).toBeGreaterThan(before)
    expect(nodes().map((store) => store.lastKnownRun())).toEqual([runs[0], runs[0]])
  })

  it('begins a later run also when its clock was put back', async () => {
    const future = Date.now() + HOUR
    await redis.set(keys.run, `${'0'.repeat(40)} ${future}`)
    expect(await presentRun(nodes()[0])).toBe(future + 1)
    await redis.del(keys.run)
  })

  it('keeps its run as long as it forgets nothing', async () => {
    const before = await presentRun(nodes()[0])
    await createFamily(nodes()[1])
    expect(await presentRun(nodes()[1])).toBe(before)
  })

  it('redeems no code of before, and still knows which were redeemed', async () => {
    const [store, other] = nodes()
    const [open, used] = [await createGrant(store), await createFamily(store)]
    await turnBack()
    const token = newToken()
    const redemption = redemptionOf(open, { family: newFamily(), token })
    expect(await other.grants.redeem(open.key, redemption)).toBe('gone')
    expect(await other.grants.redeem(used.key, redemptionOf(used))).toBe('consumed')
    expect(await store.grants.readToken(open.key, token.key)).toBeUndefined()
    const fresh = await createGrant(store)
    expect(await other.grants.redeem(fresh.key, redemptionOf(fresh))).toBe('redeemed')
  })

  it('tells in which run a grant was made and last written', async () => {
    const [store, other] = nodes()
    const { key } = await createFamily(store)
    const born = await store.run()
    await turnBack()
    const read = await other.grants.read(key)
    expect(read).toMatchObject({ bornIn: born, writtenIn: born, run: await presentRun(other) })
    expect(read?.run).toBeGreaterThan(born)
    await rotateNow(other, key, 0)
    expect(await store.grants.read(key)).toMatchObject({ bornIn: born, writtenIn: read?.run })
  })

  it('takes no rotation that was decided in another run', async () => {
    const [store] = nodes()
    const { key } = await createFamily(store)
    const run = await store.run()
    await turnBack()
    const outcome = await store.grants.rotate(key, rotationOf(0, { run }))
    expect(outcome).toMatchObject({ status: 'changed', grant: { family: { number: 0, uses: [] } } })
    expect(await rotateNow(store, key, 0)).toEqual({ status: 'rotated' })
  })

  it('claims nothing that may have been claimed before it began', async () => {
    const [store, other] = nodes()
    const [before, key] = [await store.run(), newKey()]
    expect(await store.artifacts.claim('jti', key, HOUR, before)).toBe('first')
    await turnBack()
    expect(await other.artifacts.claim('jti', key, HOUR, before)).toBe('forgotten')
    const run = other.lastKnownRun() ?? 0
    expect(run).toBeGreaterThan(before)
    const fresh = newKey()
    expect(await other.artifacts.claim('jti', fresh, HOUR, run - 1)).toBe('forgotten')
    expect(await store.artifacts.claim('jti', fresh, HOUR, run)).toBe('first')
    expect(await claimNow(other, fresh)).toBe('again')
  })

  it('has no artifact for a single use of before, and every other', async () => {
    const [store, other] = nodes()
    const [single, many] = [newKey(), newKey()]
    const artifact = { payload: { a: 1 }, expiresIn: HOUR }
    await store.artifacts.put('M', single, { ...artifact, singleUse: true })
    await store.artifacts.put('M', many, artifact)
    expect(await other.artifacts.get('M', single)).toBeDefined()
    await turnBack()
    expect(await other.artifacts.get('M', single)).toBeUndefined()
    expect(await other.artifacts.consume('M', single)).toBe(false)
    expect(await other.artifacts.get('M', many)).toMatchObject({ payload: { a: 1 } })
    expect(await other.artifacts.consume('M', many)).toBe(true)
    await store.artifacts.put('M', single, { ...artifact, singleUse: true })
    expect(await other.artifacts.consume('M', single)).toBe(true)
  })
})
