import { describe, expect, it } from 'vitest'
import { HOUR, type Nodes, newKey, SOON } from './fixtures.ts'

export function describeLookUps(nodes: Nodes): void {
  const { artifacts } = nodes.one
  const there = nodes.two.artifacts

  describe('an alias', () => {
    it('leads to the record, within its model', async () => {
      const [key, alias] = [newKey(), newKey()]
      await artifacts.put('Session', key, { payload: { a: 1 }, expiresIn: HOUR, alias })
      expect((await there.getByAlias('Session', alias))?.payload).toEqual({ a: 1 })
      expect(await there.getByAlias('DeviceCode', alias)).toBeUndefined()
      expect(await there.getByAlias('Session', newKey())).toBeUndefined()
      expect(await there.get('Session', alias)).toBeUndefined()
    })

    it('follows a session that gets a new key', async () => {
      const [before, after, alias] = [newKey(), newKey(), newKey()]
      await artifacts.put('Session', before, { payload: { at: 'before' }, expiresIn: HOUR, alias })
      await artifacts.put('Session', after, { payload: { at: 'after' }, expiresIn: HOUR, alias })
      await artifacts.destroy('Session', before)
      expect((await there.getByAlias('Session', alias))?.payload).toEqual({ at: 'after' })
    })

    it('stays where it is when the record before is saved late', async () => {
      const [before, after, alias] = [newKey(), newKey(), newKey()]
      await artifacts.put('Session', before, { payload: {}, expiresIn: HOUR, alias })
      await artifacts.put('Session', after, { payload: { at: 'after' }, expiresIn: HOUR, alias })
      await artifacts.replace('Session', before, { payload: {}, expiresIn: HOUR, alias })
      expect((await there.getByAlias('Session', alias))?.payload).toEqual({ at: 'after' })
    })

    it('is the record’s own, whatever a replacement names', async () => {
      const [key, alias, other] = [newKey(), newKey(), newKey()]
      await artifacts.put('Session', key, { payload: {}, expiresIn: HOUR, alias })
      await artifacts.replace('Session', key, { payload: { a: 1 }, expiresIn: HOUR, alias: other })
      expect((await there.getByAlias('Session', alias))?.payload).toEqual({ a: 1 })
      expect(await there.getByAlias('Session', other)).toBeUndefined()
    })

    it('lives as long as a record that is replaced', async () => {
      const [key, alias, witness] = [newKey(), newKey(), newKey()]
      const longer = { payload: {}, expiresIn: HOUR, alias }
      do await artifacts.put('Session', key, { ...longer, expiresIn: 200 })
      while ((await artifacts.replace('Session', key, longer)) !== 'replaced')
      await artifacts.put('Session', witness, { payload: {}, expiresIn: 200 })
      await expect.poll(() => artifacts.get('Session', witness), SOON).toBeUndefined()
      expect(await there.getByAlias('Session', alias)).toBeDefined()
    })

    it('ends its record', async () => {
      const [key, alias] = [newKey(), newKey()]
      await artifacts.put('Session', key, { payload: {}, expiresIn: HOUR, alias })
      expect(await there.destroyByAlias('Session', [newKey()])).toBe(0)
      expect(await there.destroyByAlias('Session', [newKey(), alias])).toBe(1)
      expect(await artifacts.get('Session', key)).toBeUndefined()
      expect(await artifacts.getByAlias('Session', alias)).toBeUndefined()
    })

    it('that a record no longer bears leads nowhere', async () => {
      const [key, alias] = [newKey(), newKey()]
      await artifacts.put('Session', key, { payload: {}, expiresIn: HOUR, alias })
      await artifacts.put('Session', key, { payload: {}, expiresIn: HOUR, alias: newKey() })
      expect(await there.getByAlias('Session', alias)).toBeUndefined()
      expect(await there.destroyByAlias('Session', [alias])).toBe(0)
      expect(await artifacts.get('Session', key)).toBeDefined()
    })
  })

  describe('all artifacts of an account', () => {
    it('are destroyed together, those of one model only', async () => {
      const [account, stranger] = [newKey(), newKey()]
      const keys = [newKey(), newKey(), newKey()]
      for (const key of keys) await artifacts.put('Session', key, { payload: {}, expiresIn: HOUR, account })
      const [other, theirs] = [newKey(), newKey()]
      await artifacts.put('Interaction', other, { payload: {}, expiresIn: HOUR, account })
      await artifacts.put('Session', theirs, { payload: {}, expiresIn: HOUR, account: stranger })
      expect(await there.destroyAllOf('Session', account)).toBe(3)
      for (const key of keys) expect(await artifacts.get('Session', key)).toBeUndefined()
      expect(await artifacts.get('Interaction', other)).toBeDefined()
      expect(await artifacts.get('Session', theirs)).toBeDefined()
      expect(await there.destroyAllOf('Session', account)).toBe(0)
    })

    it('are those that belong to it now', async () => {
      const [key, former, present] = [newKey(), newKey(), newKey()]
      await artifacts.put('Session', key, { payload: {}, expiresIn: HOUR, account: former })
      await artifacts.put('Session', key, { payload: {}, expiresIn: HOUR, account: present })
      expect(await there.destroyAllOf('Session', former)).toBe(0)
      expect(await there.destroyAllOf('Session', present)).toBe(1)
    })
  })
}
