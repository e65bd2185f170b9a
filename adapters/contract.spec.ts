/**
 * What every store of short-lived state must do, as one suite. Two stores are opened on the same backend and play
 * two nodes. Nothing here waits for a time to pass; what must expire is asked for until it has.
 */
import { afterAll, describe, expect, it } from 'vitest'
import type { StateStore } from './contract.ts'
import { describeArtifacts } from './spec/artifacts.ts'
import { createFamily, HOUR, type Nodes, newKey, newToken } from './spec/fixtures.ts'
import { describeGrants } from './spec/grants.ts'
import { describeIndexes } from './spec/indexes.ts'
import { describeLookUps } from './spec/look-ups.ts'
import { describeModel } from './spec/model.ts'
import { describeRaces } from './spec/races.ts'
import { describeRotations } from './spec/rotations.ts'

export function describeStateStore(name: string, open: () => Promise<StateStore>): void {
  describe(name, async () => {
    const nodes: Nodes = { one: await open(), two: await open() }
    afterAll(async () => {
      await nodes.one.close()
      await nodes.two.close()
    })

    describeGrants(nodes)
    describeRotations(nodes)
    describeIndexes(nodes)
    describeArtifacts(nodes)
    describeLookUps(nodes)
    describeUpkeep(nodes)
    describeRaces(nodes)
    describeModel(nodes)
  })
}

function describeUpkeep({ one, two }: Nodes): void {
  describe('upkeep', () => {
    it('answers a ping', async () => {
      await expect(one.ping()).resolves.toBeUndefined()
    })

    it('sweeps without touching what lives', async () => {
      const [grant, artifact] = [await createFamily(one), newKey()]
      const token = newToken()
      await one.grants.addToken(grant.key, token)
      await one.artifacts.put('Session', artifact, { payload: {}, expiresIn: HOUR, alias: artifact })
      await one.artifacts.claim('jti', artifact, HOUR)
      expect(await two.sweep()).toBeGreaterThanOrEqual(0)
      expect(await one.grants.readToken(grant.key, token.key)).toBeDefined()
      expect(await one.artifacts.getByAlias('Session', artifact)).toBeDefined()
      expect(await one.artifacts.claim('jti', artifact, HOUR)).toBe(false)
    })
  })
}
