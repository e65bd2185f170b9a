import { describe, expect, it } from 'vitest'
import {
  addToken,
  claimNow,
  createFamily,
  createGrant,
  endAll,
  familyOf,
  HOUR,
  type Nodes,
  newEvent,
  newFamily,
  newKey,
  newToken,
  redemptionOf,
  rotateNow,
  times,
} from './fixtures.ts'

const MANY = 50

export function describeRaces({ one, two }: Nodes): void {
  /** Calls alternate between the nodes. */
  const node = (index: number) => (index % 2 === 0 ? one : two)
  const count = <T>(all: T[], wanted: T) => all.filter((each) => each === wanted).length

  describe('at the same moment', () => {
    it('fifty redemptions of one code make one family', async () => {
      const grant = await createGrant(one)
      const tokens = Array.from({ length: MANY }, () => newToken())
      const outcomes = await times(MANY, (index) =>
        node(index).grants.redeem(
          grant.key,
          redemptionOf(grant, {
            family: newFamily({ payload: { index } }),
            token: tokens[index] ?? newToken(),
          }),
        ),
      )
      expect(count(outcomes, 'redeemed')).toBe(1)
      expect(count(outcomes, 'consumed')).toBe(MANY - 1)
      const winner = outcomes.indexOf('redeemed')
      expect((await familyOf(two, grant.key))?.payload).toEqual({ index: winner })
      const readable = await Promise.all(tokens.map((token) => one.grants.readToken(grant.key, token.key)))
      expect(readable.findIndex((found) => found !== undefined)).toBe(winner)
      expect(readable.filter((found) => found !== undefined)).toHaveLength(1)
    })

    it('fifty rotations of one number move it by one, and the others see the grant as it is then', async () => {
      const { key } = await createFamily(one)
      const outcomes = await times(MANY, (index) => rotateNow(node(index), key, 0))
      expect(outcomes.filter(({ status }) => status === 'rotated')).toHaveLength(1)
      const fresh = outcomes.flatMap((outcome) => (outcome.status === 'changed' ? [outcome.grant] : []))
      expect(fresh).toHaveLength(MANY - 1)
      for (const { family } of fresh) expect(family).toMatchObject({ number: 1, uses: [{ number: 0 }] })
    })

    it('rotations that follow each other’s outcome never skip and never fork', async () => {
      const { key } = await createFamily(one)
      const climbed = await times(8, async (index) => {
        let rotations = 0
        for (let number = 0; number < 12; number++) {
          const outcome = await rotateNow(node(index), key, number)
          if (outcome.status === 'rotated') rotations++
        }
        return rotations
      })
      expect(climbed.reduce((sum, each) => sum + each, 0)).toBe(12)
      expect(await familyOf(two, key)).toMatchObject({ number: 12, uses: [{ number: 11 }] })
    })

    it('a revocation leaves nothing alive of what rotates meanwhile', async () => {
      for (let round = 0; round < 20; round++) {
        const { key } = await createFamily(one)
        const token = newToken()
        const [revoked, outcome, added] = await Promise.all([
          two.grants.revoke(key, newEvent()),
          rotateNow(one, key, 0, { token }),
          addToken(one, key, newToken()),
        ])
        expect(revoked).toBe(true)
        expect(['rotated', 'gone']).toContain(outcome.status)
        expect(['rotated', 'changed', 'gone']).toContain(added.status)
        expect(await one.grants.read(key)).toBeUndefined()
        expect(await two.grants.readToken(key, token.key)).toBeUndefined()
        expect(await rotateNow(one, key, 1)).toEqual({ status: 'gone' })
      }
    })

    it('a revocation of all leaves nothing alive of what is redeemed meanwhile', async () => {
      const { owner } = await createGrant(one)
      const created = await times(30, () => createGrant(one, owner))
      const [, outcomes] = await Promise.all([
        endAll(two.grants, 'account', owner.account, newEvent()),
        times(created.length, async (index) => {
          const grant = created[index] ?? (await createGrant(one))
          return one.grants.redeem(grant.key, redemptionOf(grant, { family: newFamily() }))
        }),
      ])
      expect(outcomes.every((outcome) => outcome === 'redeemed' || outcome === 'gone')).toBe(true)
      for (const { key } of created) expect(await two.grants.read(key)).toBeUndefined()
    })

    it('revocations of the same grants by different indexes end each once and wait for no other', async () => {
      const { owner } = await createGrant(one)
      await times(99, () => createGrant(one, owner))
      const ended = await Promise.all([
        endAll(one.grants, 'account', owner.account, newEvent()),
        endAll(two.grants, 'session', owner.session, newEvent()),
        endAll(two.grants, 'client', owner.client, newEvent()),
        endAll(one.grants, 'account', owner.account, newEvent()),
      ])
      expect(ended.reduce((sum, each) => sum + each, 0)).toBe(100)
    })

    it('one of fifty consumes', async () => {
      const key = newKey()
      await one.artifacts.put('PushedAuthorizationRequest', key, { payload: {}, expiresIn: HOUR })
      const consumed = await times(MANY, (index) =>
        node(index).artifacts.consume('PushedAuthorizationRequest', key),
      )
      expect(count(consumed, true)).toBe(1)
    })

    it('one of fifty claims', async () => {
      const key = newKey()
      const claims = await times(MANY, (index) => claimNow(node(index), key))
      expect(count(claims, 'first')).toBe(1)
    })

    it('fifty writers leave one whole record', async () => {
      const [key, alias, account] = [newKey(), newKey(), newKey()]
      await times(MANY, (index) =>
        node(index).artifacts.put('Session', key, {
          payload: { index, again: index },
          expiresIn: HOUR,
          alias,
          account,
        }),
      )
      const read = await one.artifacts.getByAlias('Session', alias)
      expect(read?.payload['index']).toBe(read?.payload['again'])
      expect(await two.artifacts.destroyAllOf('Session', account)).toBe(1)
    })

    it('of all who create exactly one does', async () => {
      const key = newKey()
      const created = await times(20, (index) =>
        node(index).artifacts.create('Session', key, { payload: { index }, expiresIn: HOUR }),
      )
      expect(created.filter(Boolean)).toHaveLength(1)
      expect((await one.artifacts.get('Session', key))?.payload).toEqual({ index: created.indexOf(true) })
    })

    it('of all who replace what they have read exactly one does', async () => {
      const key = newKey()
      await one.artifacts.put('Session', key, { payload: { n: 0 }, expiresIn: HOUR })
      const outcomes = await times(20, (index) =>
        node(index).artifacts.replace(
          'Session',
          key,
          { payload: { n: index + 1 }, expiresIn: HOUR },
          { n: 0 },
        ),
      )
      expect(outcomes.filter((outcome) => outcome === 'replaced')).toHaveLength(1)
      expect(outcomes.filter((outcome) => outcome === 'changed')).toHaveLength(19)
    })

    it('a session that is ended stays ended, however many save it', async () => {
      for (let round = 0; round < 10; round++) {
        const key = newKey()
        const artifact = { payload: {}, expiresIn: HOUR }
        await one.artifacts.put('Session', key, artifact)
        await Promise.all([
          times(10, (index) => node(index).artifacts.replace('Session', key, artifact)),
          two.artifacts.destroy('Session', key),
        ])
        expect(await one.artifacts.get('Session', key)).toBeUndefined()
      }
    })
  })
}
