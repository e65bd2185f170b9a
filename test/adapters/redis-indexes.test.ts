/** How indexes lie in Redis, and what a family with its entries there may cost. */
import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { GrantIndex, StateStore } from '../../adapters/contract.ts'
import { keysUnder } from '../../adapters/redis/keys.ts'
import { openRedisState } from '../../adapters/redis.ts'
import {
  createFamily,
  createGrant,
  endAll,
  HOUR,
  manyTimes,
  newEvent,
  newFamily,
  newKey,
  newOwner,
  redemptionOf,
} from '../../adapters/spec/fixtures.ts'
import { newSecret } from '../../src/shared/ids.ts'
import { freshRedis } from '../support/databases.ts'
import { connected } from './connected.ts'

const url = freshRedis()
const prefix = 'test:'
const keys = keysUnder(prefix)
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

describe('an index in Redis', () => {
  /** The one set that has the entry. */
  const setOf = async (index: GrantIndex, value: string, key: string): Promise<string> => {
    const { sets, mark } = keys.grantsOf(index, value)
    const scores = await Promise.all(sets.map((set) => redis.zscore(set, mark + key)))
    const found = sets.filter((_, position) => scores[position] !== null)
    expect(found).toHaveLength(1)
    return found[0] ?? ''
  }

  it('indexes a grant until after it is gone, longer when it lives longer, and never less long', async () => {
    const grant = await createGrant(store)
    const set = await setOf('session', grant.owner.session, grant.key)
    const { mark } = keys.grantsOf('session', grant.owner.session)
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
      const { mark } = keys.grantsOf(index, owner[index])
      const { key } = await createGrant(store, owner)
      const set = await setOf(index, owner[index], key)
      await redis.zadd(set, 'XX', Date.now() - 1_000, mark + key)
      await createGrant(store, owner)
      expect(await redis.zscore(set, mark + key)).toBeNull()
    },
  )

  const listed = async (index: GrantIndex, value: string) =>
    (await Array.fromAsync(store.grants.list(index, value))).flat().map(({ key }) => key)

  it('puts many indexes into the same sets, and tells them apart', async () => {
    const { account } = newOwner()
    const { sets } = keys.grantsOf('account', account)
    let neighbour = newKey()
    while (keys.grantsOf('session', neighbour).sets[0] !== sets[0]) neighbour = newKey()
    const mine = await createFamily(store, { account })
    const theirs = await createFamily(store, { session: neighbour })
    expect(await listed('account', account)).toEqual([mine.key])
    expect(await listed('session', neighbour)).toEqual([theirs.key])
    expect(await endAll(store.grants, 'account', account, newEvent())).toBe(1)
    expect(await listed('session', neighbour)).toEqual([theirs.key])
  })

  it('leaves an entry where it is, also when there is room before it by now', async () => {
    const owner = newOwner()
    const { sets, mark } = keys.grantsOf('account', owner.account)
    const of = () => createGrant(store, { ...newOwner(), account: owner.account })
    const grants = await manyTimes(150, of)
    const first = await redis.zrange(sets[0] ?? '', '0', '-1')
    expect(first.length).toBe(128)
    const [inFirst, beyond] = [true, false].map((there) =>
      grants.filter(({ key }) => first.includes(mark + key) === there),
    )
    const [leaving, staying] = [inFirst?.[0], beyond?.[0]]
    if (leaving === undefined || staying === undefined) throw new Error('all in one set')
    const set = await setOf('account', owner.account, staying.key)
    expect(set).not.toBe(sets[0])
    await store.grants.revoke(leaving.key, newEvent())
    await store.grants.redeem(staying.key, redemptionOf(staying, { family: newFamily() }))
    expect(await setOf('account', owner.account, staying.key)).toBe(set)
    const left = grants.map(({ key }) => key).filter((key) => key !== leaving.key)
    expect((await listed('account', owner.account)).toSorted()).toEqual(left.toSorted())
    expect(await endAll(store.grants, 'account', owner.account, newEvent())).toBe(149)
    expect(await listed('account', owner.account)).toEqual([])
  })
})

describe('a family in Redis', () => {
  const FAMILIES = 500
  /**
   * What MEMORY USAGE leaves out, a key: the entry in the table of those that expire, and its place in both tables, which
   * double now and then. Left out is also what a fragmented Redis wastes.
   */
  const TABLES = 32 + 2 * 16

  it('costs less than a thousand bytes with all its entries, however many there are', async () => {
    const weighed = 'weighed:'
    const other = await connected(openRedisState({ url, prefix: weighed }))
    await manyTimes(FAMILIES, () => familyOfAPerson(other))
    await other.close()
    const names = keysUnder(weighed)
    const shared = [names.events, names.run]
    const all = (await redis.keys(`${weighed}*`)).filter((key) => !shared.includes(key))
    const bytes = await Promise.all(all.map((key) => redis.memory('USAGE', key, 'SAMPLES', 0)))
    const sum = bytes.reduce<number>((total, of) => total + (of ?? 0), 0)
    expect((sum + all.length * TABLES) / FAMILIES).toBeLessThan(1_000)
  })
})

/** As the house writes it for a client with an API, PKCE and a nonce. */
async function familyOfAPerson(store: StateStore): Promise<void> {
  const owner = { account: newSecret(16), client: 'web', session: newSecret(), device: newSecret(16) }
  const payload = {
    ...{ acr: 'urn:gatehouse:acr:1fa', amr: ['pwd'], authTime: 1_700_000_000 },
    ...{ codeChallenge: newSecret(), nonce: newSecret(9), redirectUri: 'https://web.example/cb' },
    ...{ resource: 'https://api.example', scope: 'openid profile email offline_access api:read' },
    sid: newSecret(),
  }
  const content = {
    openid: { scope: 'openid profile email offline_access' },
    resources: { 'https://api.example': 'api:read' },
    epochs: { c: 95_753_337, t: 1_700_000_000 },
  }
  const code = { key: newKey(), payload, expiresIn: HOUR }
  const born = { ...owner, organization: '', content, code }
  await createFamily(store, born, { family: newFamily({ payload: { gty: 'authorization_code' } }) })
}
