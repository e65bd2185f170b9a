import { describe, expect, it } from 'vitest'
import {
  addToken,
  createFamily,
  createGrant,
  HOUR,
  type Nodes,
  newEvent,
  newFamily,
  newGrant,
  newKey,
  newToken,
  ODD_JSON,
  redeemBriefCode,
  redemptionOf,
  SOON,
} from './fixtures.ts'

export function describeGrants(nodes: Nodes): void {
  const { grants } = nodes.one

  describe('a grant', () => {
    it('is read by every node as it was written', async () => {
      const key = newKey()
      const grant = newGrant({
        content: ODD_JSON,
        code: { key: newKey(), payload: ODD_JSON, expiresIn: HOUR },
      })
      await grants.create(key, grant)
      const { account, client, session, content, code } = grant
      const read = await nodes.two.grants.read(key)
      expect(read).toMatchObject({ account, client, session, content })
      expect(read?.code).toEqual({ ...code, expiresIn: expect.any(Number) })
      expect(read?.family).toBeUndefined()
      expect(JSON.stringify(read?.content)).toBe(JSON.stringify(content))
    })

    it('tells its remaining life, and its code the same, by the clock of the store', async () => {
      const { key } = await createGrant(nodes.one)
      const read = await grants.read(key)
      expect(read?.expiresIn).toBeGreaterThan(HOUR - 60_000)
      expect(read?.expiresIn).toBeLessThanOrEqual(HOUR)
      expect(read?.code?.expiresIn).toBe(read?.expiresIn)
      expect(Number.isInteger(read?.readAt)).toBe(true)
    })

    it('lives as long as its code when nobody redeems it', async () => {
      const key = newKey()
      const code = { key: newKey(), payload: {}, expiresIn: 50 }
      const grant = newGrant({ code })
      await grants.create(key, grant)
      await expect.poll(() => grants.read(key), SOON).toBeUndefined()
      expect(await grants.redeem(key, redemptionOf({ key, codeKey: code.key, owner: grant }))).toBe('gone')
      expect(await addToken(nodes.one, key, newToken())).toEqual({ status: 'gone' })
      expect(await grants.revoke(key, newEvent())).toBe(false)
    })

    it('is undefined where there is none', async () => {
      expect(await grants.read(newKey())).toBeUndefined()
    })

    it('is the caller’s to change, once it is read', async () => {
      const { key } = await createGrant(nodes.one)
      const first = await grants.read(key)
      if (first) first.content['openid'] = 'changed'
      expect((await grants.read(key))?.content).toEqual({ openid: { scope: 'openid' } })
    })

    it('can’t take the key of another', async () => {
      const { key, owner } = await createGrant(nodes.one)
      await expect(grants.create(key, newGrant())).rejects.toThrow()
      expect(await grants.read(key)).toMatchObject(owner)
    })
  })

  describe('a code', () => {
    it('is redeemed once', async () => {
      const grant = await createGrant(nodes.one)
      expect(await grants.redeem(grant.key, redemptionOf(grant))).toBe('redeemed')
      expect(await nodes.two.grants.redeem(grant.key, redemptionOf(grant))).toBe('consumed')
    })

    it('stays known, with the time since its redemption, as long as its grant lives', async () => {
      const grant = await createGrant(nodes.one)
      await grants.redeem(grant.key, redemptionOf(grant))
      const first = await grants.read(grant.key)
      expect(first?.code?.payload).toEqual({ codeChallenge: 'E9Melhoa' })
      expect(first?.code?.consumedFor).toBeGreaterThanOrEqual(0)
      await expect
        .poll(async () => (await grants.read(grant.key))?.code?.consumedFor, SOON)
        .toBeGreaterThan(first?.code?.consumedFor ?? 0)
    })

    it('is known beyond its own life once it was redeemed', async () => {
      const grant = await redeemBriefCode(nodes.one)
      await expect.poll(async () => (await grants.read(grant.key))?.code?.expiresIn, SOON).toBeLessThan(0)
      expect(await grants.redeem(grant.key, redemptionOf(grant))).toBe('consumed')
    })

    it('gives its grant the life that the redemption says', async () => {
      const grant = await createGrant(nodes.one)
      await grants.redeem(grant.key, redemptionOf(grant, { grantExpiresIn: 48 * HOUR }))
      expect((await grants.read(grant.key))?.expiresIn).toBeGreaterThan(47 * HOUR)

      const brief = await createGrant(nodes.one)
      await grants.redeem(brief.key, redemptionOf(brief, { grantExpiresIn: 30 }))
      await expect.poll(() => grants.read(brief.key), SOON).toBeUndefined()
    })

    it('of another grant redeems nothing', async () => {
      const grant = await createGrant(nodes.one)
      expect(await grants.redeem(grant.key, redemptionOf(grant, { codeKey: newKey() }))).toBe('gone')
      expect(await grants.redeem(newKey(), redemptionOf(grant))).toBe('gone')
      expect(await grants.redeem(grant.key, redemptionOf(grant))).toBe('redeemed')
    })

    it('is not redeemed for a request that nobody listens to any more', async () => {
      const grant = await createGrant(nodes.one)
      const readAt = (await grants.read(grant.key))?.readAt ?? 0
      const late = redemptionOf(grant, { notAfter: readAt - 1, family: newFamily(), token: newToken() })
      expect(await grants.redeem(grant.key, late)).toBe('unheard')
      expect((await grants.read(grant.key))?.code?.consumedFor).toBeUndefined()
      expect((await grants.read(grant.key))?.family).toBeUndefined()
      expect(await grants.redeem(grant.key, redemptionOf(grant))).toBe('redeemed')
    })
  })

  describe('an opaque access token', () => {
    it('comes with its grant', async () => {
      const grant = await createGrant(nodes.one)
      const token = { key: newKey(), payload: ODD_JSON, expiresIn: HOUR }
      await grants.redeem(grant.key, redemptionOf(grant, { token, family: newFamily() }))
      const found = await nodes.two.grants.readToken(grant.key, token.key)
      expect(found?.token).toEqual({ ...token, expiresIn: expect.any(Number) })
      expect(found?.token.expiresIn).toBeGreaterThan(HOUR - 60_000)
      expect(found?.grant).toMatchObject({ ...grant.owner, family: { number: 0 } })
    })

    it('is added to a grant that lives, and dropped by itself', async () => {
      const { key } = await createFamily(nodes.one)
      const [kept, dropped] = [newToken(), newToken()]
      expect(await addToken(nodes.one, key, kept)).toEqual({ status: 'rotated' })
      expect(await addToken(nodes.one, key, dropped)).toEqual({ status: 'rotated' })
      await grants.dropToken(key, dropped.key, newEvent())
      await grants.dropToken(key, newKey(), newEvent())
      expect(await grants.readToken(key, dropped.key)).toBeUndefined()
      expect((await grants.readToken(key, kept.key))?.token.payload).toEqual(kept.payload)
    })

    it('expires before its grant', async () => {
      const { key } = await createFamily(nodes.one)
      const token = newToken({ expiresIn: 30 })
      await addToken(nodes.one, key, token)
      await expect.poll(() => grants.readToken(key, token.key), SOON).toBeUndefined()
      expect(await grants.read(key)).toBeDefined()
    })

    it('is unreadable under another grant, and once its own has ended', async () => {
      const [first, second] = [await createFamily(nodes.one), await createFamily(nodes.one)]
      const token = newToken()
      await addToken(nodes.one, first.key, token)
      expect(await grants.readToken(second.key, token.key)).toBeUndefined()
      expect(await grants.revoke(first.key, newEvent())).toBe(true)
      expect(await nodes.two.grants.readToken(first.key, token.key)).toBeUndefined()
      expect(await addToken(nodes.one, first.key, newToken())).toEqual({ status: 'gone' })
    })
  })
}
