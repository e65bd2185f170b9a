import { describe, expect, it } from 'vitest'
import {
  createFamily,
  createGrant,
  familyOf,
  HOUR,
  type Nodes,
  newEvent,
  newFamily,
  newKey,
  newToken,
  ODD_JSON,
  redemptionOf,
  rotateNow,
  SOON,
} from './fixtures.ts'

export function describeRotations(nodes: Nodes): void {
  const { grants } = nodes.one

  describe('a family', () => {
    it('begins with number 0, no uses, and the payload that it was given', async () => {
      const grant = await createGrant(nodes.one)
      await grants.redeem(grant.key, redemptionOf(grant, { family: newFamily({ payload: ODD_JSON }) }))
      const family = await familyOf(nodes.two, grant.key)
      expect(family).toMatchObject({ number: 0, uses: [], payload: ODD_JSON })
      expect(family?.currentExpiresIn).toBeGreaterThan(HOUR / 2 - 60_000)
      expect(family?.currentExpiresIn).toBeLessThanOrEqual(HOUR / 2)
      expect(family?.endsIn).toBeGreaterThan(HOUR - 60_000)
    })

    it('counts on and notes each use at the time of the store', async () => {
      const { key } = await createFamily(nodes.one)
      const before = await grants.read(key)
      expect(await rotateNow(nodes.one, key, 0)).toEqual({ status: 'rotated' })
      const first = await familyOf(nodes.two, key)
      expect(first).toMatchObject({ number: 1, uses: [{ number: 0 }] })
      expect(first?.uses[0]?.at).toBeGreaterThanOrEqual(before?.readAt ?? Number.NaN)

      await rotateNow(nodes.two, key, 1, { keep: first?.uses ?? [] })
      const second = await familyOf(nodes.one, key)
      expect(second).toMatchObject({ number: 2, payload: first?.payload })
      expect(second?.uses.map((use) => use.number)).toEqual([1, 0])
      expect(second?.uses[1]).toEqual(first?.uses[0])
    })

    it('forgets the uses that nobody asks it to keep', async () => {
      const { key } = await createFamily(nodes.one)
      await rotateNow(nodes.one, key, 0)
      await rotateNow(nodes.one, key, 1)
      expect((await familyOf(nodes.one, key))?.uses.map((use) => use.number)).toEqual([1])
    })

    it('keeps as many uses as it is told to', async () => {
      const { key } = await createFamily(nodes.one)
      const keep = Array.from({ length: 40 }, (_, number) => ({ number, at: 1_700_000_000_000 + number }))
      await rotateNow(nodes.one, key, 0, { keep })
      expect((await familyOf(nodes.one, key))?.uses.slice(1)).toEqual(keep)
    })

    it('answers with the grant as it is when the number is not the current one', async () => {
      const { key, owner } = await createFamily(nodes.one)
      await rotateNow(nodes.one, key, 0)
      for (const expected of [0, 2, 4_294_967_295]) {
        const outcome = await rotateNow(nodes.two, key, expected, { token: newToken() })
        expect(outcome).toMatchObject({ status: 'changed', grant: { ...owner, family: { number: 1 } } })
      }
      expect((await familyOf(nodes.one, key))?.number).toBe(1)
    })

    it('brings the access token with the rotation, and none without it', async () => {
      const { key } = await createFamily(nodes.one)
      const [fresh, refused] = [newToken(), newToken()]
      await rotateNow(nodes.one, key, 0, { token: fresh })
      await rotateNow(nodes.one, key, 0, { token: refused })
      expect(await grants.readToken(key, fresh.key)).toBeDefined()
      expect(await grants.readToken(key, refused.key)).toBeUndefined()
    })

    it('never outlives its end: a new number’s life is cut there', async () => {
      const { key } = await createFamily(nodes.one)
      await rotateNow(nodes.one, key, 0, { currentExpiresIn: 100 * HOUR })
      const family = await familyOf(nodes.one, key)
      expect(family?.currentExpiresIn).toBe(family?.endsIn)
    })

    it('is known, but does not rotate, when the life of its current number is over', async () => {
      const brief = newFamily({ currentExpiresIn: 30 })
      const { key } = await createFamily(nodes.one, {}, { family: brief })
      await expect
        .poll(async () => (await familyOf(nodes.one, key))?.currentExpiresIn, SOON)
        .toBeLessThanOrEqual(0)
      expect(await rotateNow(nodes.one, key, 0)).toMatchObject({
        status: 'changed',
        grant: { family: { number: 0 } },
      })
    })

    it('is gone at its end, though the grant lives', async () => {
      const { key } = await createFamily(nodes.one, {}, { family: newFamily({ endsIn: 30 }) })
      await expect.poll(() => familyOf(nodes.one, key), SOON).toBeUndefined()
      expect(await rotateNow(nodes.one, key, 0)).toEqual({ status: 'gone' })
      expect(await grants.read(key)).toBeDefined()
    })

    it('is gone where there is no grant, no family, or no longer', async () => {
      expect(await rotateNow(nodes.one, newKey(), 0)).toEqual({ status: 'gone' })
      const bare = await createGrant(nodes.one)
      expect(await rotateNow(nodes.one, bare.key, 0)).toEqual({ status: 'gone' })
      const { key } = await createFamily(nodes.one)
      await nodes.two.grants.revoke(key, newEvent())
      expect(await rotateNow(nodes.one, key, 0)).toEqual({ status: 'gone' })
    })

    it('does not rotate for a request that nobody listens to any more', async () => {
      const { key } = await createFamily(nodes.one)
      const readAt = (await grants.read(key))?.readAt ?? 0
      const late = { notAfter: readAt - 1, token: newToken() }
      expect(await rotateNow(nodes.one, key, 0, late)).toEqual({ status: 'unheard' })
      expect(await rotateNow(nodes.one, key, 7, late)).toEqual({ status: 'unheard' })
      expect(await familyOf(nodes.one, key)).toMatchObject({ number: 0, uses: [] })
      expect(await grants.readToken(key, late.token.key)).toBeUndefined()
    })
  })
}
