import { describe, expect, it } from 'vitest'
import { claimNow, HOUR, type Nodes, newKey, ODD_JSON, SOON } from './fixtures.ts'

export function describeArtifacts(nodes: Nodes): void {
  const { artifacts } = nodes.one
  const there = nodes.two.artifacts

  describe('an artifact', () => {
    it('is read by every node as it was written, with its remaining life', async () => {
      const key = newKey()
      await artifacts.put('Session', key, { payload: ODD_JSON, expiresIn: HOUR })
      const read = await there.get('Session', key)
      expect(read).toEqual({ payload: ODD_JSON, expiresIn: expect.any(Number) })
      expect(JSON.stringify(read?.payload)).toBe(JSON.stringify(ODD_JSON))
      expect(read?.expiresIn).toBeGreaterThan(HOUR - 60_000)
      expect(read?.expiresIn).toBeLessThanOrEqual(HOUR)
    })

    it('belongs to one model', async () => {
      const key = newKey()
      await artifacts.put('Session', key, { payload: {}, expiresIn: HOUR })
      expect(await there.get('Interaction', key)).toBeUndefined()
      await artifacts.destroy('Interaction', key)
      expect(await there.get('Session', key)).toBeDefined()
    })

    it('is replaced whole, its life too', async () => {
      const key = newKey()
      await artifacts.put('Session', key, { payload: { a: 1 }, expiresIn: HOUR })
      await there.put('Session', key, { payload: { b: 2 }, expiresIn: 2 * HOUR })
      const read = await artifacts.get('Session', key)
      expect(read?.payload).toEqual({ b: 2 })
      expect(read?.expiresIn).toBeGreaterThan(HOUR)
    })

    it('expires, for every call', async () => {
      const [key, alias, account] = [newKey(), newKey(), newKey()]
      await artifacts.put('Session', key, { payload: {}, expiresIn: 30, alias, account })
      await expect.poll(() => artifacts.get('Session', key), SOON).toBeUndefined()
      expect(await artifacts.getByAlias('Session', alias)).toBeUndefined()
      expect(await artifacts.consume('Session', key)).toBe(false)
      expect(await artifacts.replace('Session', key, { payload: {}, expiresIn: HOUR })).toBe('gone')
      expect(await artifacts.destroyAllOf('Session', account)).toBe(0)
    })

    it('is destroyed, and need not have been there', async () => {
      const key = newKey()
      await artifacts.put('Session', key, { payload: {}, expiresIn: HOUR })
      await there.destroy('Session', key)
      await there.destroy('Session', key)
      expect(await artifacts.get('Session', key)).toBeUndefined()
    })

    it('is created where there is none, or no more, and nothing of it is another’s', async () => {
      const [key, alias] = [newKey(), newKey()]
      const account = newKey()
      expect(await artifacts.create('Session', key, { payload: { a: 1 }, expiresIn: HOUR })).toBe(true)
      expect(await there.create('Session', key, { payload: { a: 2 }, expiresIn: HOUR })).toBe(false)
      expect((await there.get('Session', key))?.payload).toEqual({ a: 1 })
      await artifacts.consume('Session', key)
      expect(await there.create('Session', key, { payload: { a: 3 }, expiresIn: HOUR })).toBe(false)
      await artifacts.put('Session', key, { payload: {}, expiresIn: 30, alias, account })
      const create = () => there.create('Session', key, { payload: { a: 4 }, expiresIn: HOUR })
      await expect.poll(create, SOON).toBe(true)
      const read = await artifacts.get('Session', key)
      expect([read?.payload, read?.consumedFor]).toEqual([{ a: 4 }, undefined])
      expect(await artifacts.getByAlias('Session', alias)).toBeUndefined()
      expect(await artifacts.destroyAllOf('Session', account)).toBe(0)
      await artifacts.destroy('Session', key)
      expect(await create()).toBe(true)
    })

    it('is consumed once, and stays', async () => {
      const key = newKey()
      await artifacts.put('PushedAuthorizationRequest', key, { payload: { a: 1 }, expiresIn: HOUR })
      expect(await artifacts.consume('PushedAuthorizationRequest', key)).toBe(true)
      expect(await there.consume('PushedAuthorizationRequest', key)).toBe(false)
      const read = await there.get('PushedAuthorizationRequest', key)
      expect(read?.payload).toEqual({ a: 1 })
      expect(read?.consumedFor).toBeGreaterThanOrEqual(0)
      expect(await there.consume('PushedAuthorizationRequest', newKey())).toBe(false)
    })

    it('stays consumed when it is replaced, and not when another comes after it', async () => {
      const key = newKey()
      await artifacts.put('DeviceCode', key, { payload: {}, expiresIn: HOUR })
      await artifacts.consume('DeviceCode', key)
      await there.put('DeviceCode', key, { payload: { a: 1 }, expiresIn: HOUR })
      expect((await artifacts.get('DeviceCode', key))?.consumedFor).toBeDefined()
      expect(await artifacts.consume('DeviceCode', key)).toBe(false)

      await artifacts.put('DeviceCode', key, { payload: {}, expiresIn: 20 })
      await expect.poll(() => artifacts.get('DeviceCode', key), SOON).toBeUndefined()
      await artifacts.put('DeviceCode', key, { payload: {}, expiresIn: HOUR })
      expect(await artifacts.consume('DeviceCode', key)).toBe(true)
    })

    it('does not come back by a late save', async () => {
      const [key, account] = [newKey(), newKey()]
      await artifacts.put('Session', key, { payload: { a: 1 }, expiresIn: HOUR, account })
      const save = (a: number) => there.replace('Session', key, { payload: { a }, expiresIn: HOUR, account })
      expect(await save(2)).toBe('replaced')
      await artifacts.destroyAllOf('Session', account)
      expect(await save(3)).toBe('gone')
      expect(await artifacts.get('Session', key)).toBeUndefined()
    })

    it('is replaced only as it was read, where that is asked', async () => {
      const [key, alias, account] = [newKey(), newKey(), newKey()]
      await artifacts.put('Session', key, { payload: { a: 1, b: ['é'] }, expiresIn: HOUR, alias, account })
      const former = (await there.get('Session', key))?.payload ?? {}
      const save = (a: number) =>
        there.replace('Session', key, { payload: { a }, expiresIn: HOUR, alias, account }, former)
      expect(await save(2)).toBe('replaced')
      expect(await save(3)).toBe('changed')
      expect((await artifacts.get('Session', key))?.payload).toEqual({ a: 2 })
      await artifacts.destroy('Session', key)
      expect(await save(4)).toBe('gone')
    })
  })

  describe('a claim', () => {
    it('is granted once while it lives, and again after it has expired', async () => {
      const key = newKey()
      expect(await claimNow(nodes.one, key)).toBe('first')
      expect(await claimNow(nodes.two, key)).toBe('again')
      expect(await claimNow(nodes.two, key, HOUR, 'other')).toBe('first')

      const brief = newKey()
      expect(await claimNow(nodes.one, brief, 30)).toBe('first')
      await expect.poll(() => claimNow(nodes.two, brief), SOON).toBe('first')
      expect(await claimNow(nodes.one, brief)).toBe('again')
    })

    it('and a record under the same key do not meet', async () => {
      const key = newKey()
      await claimNow(nodes.one, key, HOUR, 'Session')
      expect(await artifacts.get('Session', key)).toBeUndefined()
      await artifacts.put('Session', key, { payload: {}, expiresIn: HOUR })
      await artifacts.destroy('Session', key)
      expect(await claimNow(nodes.one, key, HOUR, 'Session')).toBe('again')
    })
  })
}
