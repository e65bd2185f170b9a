import { describe, expect, it } from 'vitest'
import type { GrantIndex } from '../contract.ts'
import {
  createFamily,
  createGrant,
  endAll,
  manyTimes,
  type Nodes,
  newEvent,
  newKey,
  newOwner,
  redeemBriefCode,
  redemptionOf,
  SOON,
  times,
} from './fixtures.ts'

const INDEXES: GrantIndex[] = ['account', 'client', 'session', 'device', 'organization']

export function describeIndexes(nodes: Nodes): void {
  const { grants } = nodes.one

  describe('listing grants', () => {
    const listed = async (index: GrantIndex, value: string) =>
      (await Array.fromAsync(nodes.two.grants.list(index, value))).flat()

    it.each(INDEXES)('shows all of one %s that live, as they are read', async (index) => {
      const owner = newOwner()
      const family = await createFamily(nodes.one, { ...newOwner(), [index]: owner[index] })
      const bare = await createGrant(nodes.one, { ...newOwner(), [index]: owner[index] })
      const ended = await createFamily(nodes.one, { ...newOwner(), [index]: owner[index] })
      await grants.revoke(ended.key, newEvent())
      const found = await listed(index, owner[index])
      expect(found).toHaveLength(2)
      expect(found.map(({ key, family }) => [key, family?.number])).toEqual(
        expect.arrayContaining([
          [family.key, 0],
          [bare.key, undefined],
        ]),
      )
      expect(found).toContainEqual(expect.objectContaining(family.owner))
      expect(await listed(index, newKey())).toEqual([])
      expect(await listed(index, '')).toEqual([])
    })

    it('of more than a batch shows each once', async () => {
      const owner = newOwner()
      await manyTimes(1200, () => createGrant(nodes.one, { ...newOwner(), account: owner.account }))
      const sessions = (await listed('account', owner.account)).map(({ session }) => session)
      expect([sessions.length, new Set(sessions).size]).toEqual([1200, 1200])
    })
  })

  describe('ending grants together', () => {
    it.each(INDEXES)('ends all of one %s, and of no other', async (index) => {
      const [owner, stranger] = [newOwner(), newOwner()]
      const mine = await times(3, () => createFamily(nodes.one, { ...newOwner(), [index]: owner[index] }))
      const theirs = await createFamily(nodes.one, { ...owner, [index]: stranger[index] })
      expect(await endAll(nodes.two.grants, index, owner[index], newEvent())).toBe(3)
      for (const { key } of mine) expect(await grants.read(key)).toBeUndefined()
      expect(await grants.read(theirs.key)).toBeDefined()
      expect(await endAll(grants, index, owner[index], newEvent())).toBe(0)
    })

    it('finds grants whose code is still out', async () => {
      const grant = await createGrant(nodes.one)
      expect(await endAll(grants, 'session', grant.owner.session, newEvent())).toBe(1)
      expect(await grants.redeem(grant.key, redemptionOf(grant))).toBe('gone')
    })

    it('finds a grant that lives longer than its code did', async () => {
      const grant = await redeemBriefCode(nodes.one)
      await expect.poll(async () => (await grants.read(grant.key))?.code?.expiresIn, SOON).toBeLessThan(0)
      await createGrant(nodes.one, grant.owner)
      expect(await endAll(grants, 'account', grant.owner.account, newEvent())).toBe(2)
    })

    it('does not count what was ended, or has expired', async () => {
      const { owner, key } = await createFamily(nodes.one)
      const brief = await createGrant(nodes.one, {
        ...owner,
        code: { key: newKey(), payload: {}, expiresIn: 20 },
      })
      await expect.poll(() => grants.read(brief.key), SOON).toBeUndefined()
      await grants.revoke(key, newEvent())
      expect(await endAll(grants, 'client', owner.client, newEvent())).toBe(0)
    })

    it('takes a value for what it is, whatever it looks like', async () => {
      for (const value of ['a:b', '*', '{x}', ' ', 'https://client.example/é?x=1', "';--", '%', '\\']) {
        const owner = newOwner()
        const { key } = await createFamily(nodes.one, { ...owner, account: value, client: value })
        expect(await grants.read(key)).toMatchObject({ account: value, client: value })
        expect(await endAll(grants, 'client', `${value}${newKey()}`, newEvent())).toBe(0)
        expect(await endAll(grants, 'account', value, newEvent())).toBe(1)
      }
    })

    it('finds nobody under an empty value', async () => {
      const nobody = { session: '', device: '', organization: '' }
      const { key } = await createFamily(nodes.one, nobody)
      for (const index of ['session', 'device', 'organization'] as const)
        expect(await endAll(grants, index, '', newEvent())).toBe(0)
      expect(await grants.read(key)).toMatchObject(nobody)
    })

    it('ends those that are named, and counts them', async () => {
      const [one, two, three] = await times(3, () => createFamily(nodes.one))
      const keys = [one, two].flatMap((grant) => grant?.key ?? [])
      expect(await nodes.two.grants.revokeEach([...keys, newKey()], newEvent())).toBe(2)
      for (const key of keys) expect(await grants.read(key)).toBeUndefined()
      expect(await grants.read(three?.key ?? '')).toBeDefined()
      expect(await grants.revokeEach(keys, newEvent())).toBe(0)
      expect(await grants.revokeEach([], newEvent())).toBe(0)
    })

    it('ends more grants than fit in one batch', async () => {
      const client = newKey()
      const created = await manyTimes(1_200, () => createGrant(nodes.one, { client }))
      expect(await endAll(grants, 'client', client, newEvent())).toBe(created.length)
      expect(await endAll(grants, 'client', client, newEvent())).toBe(0)
    })
  })
}
