/**
 * What every store of short-lived state must do, as one suite. Two stores are opened on the same backend and play
 * two nodes. Nothing here waits for a time to pass; what must expire is asked for until it has.
 */
import { afterAll, describe, expect, it } from 'vitest'
import type { StateStore, StoredEvent } from './contract.ts'
import { describeArtifacts } from './spec/artifacts.ts'
import { describeEndings } from './spec/endings.ts'
import { describeEvents } from './spec/events.ts'
import {
  addToken,
  claimNow,
  createFamily,
  HOUR,
  type Nodes,
  newEvent,
  newKey,
  newToken,
} from './spec/fixtures.ts'
import { describeGrants } from './spec/grants.ts'
import { describeIndexes } from './spec/indexes.ts'
import { describeLookUps } from './spec/look-ups.ts'
import { describeModel } from './spec/model.ts'
import { describeRaces } from './spec/races.ts'
import { describeRotations } from './spec/rotations.ts'

/** `inbox`: what a store without a stream of its own has kept. */
export function describeStateStore(
  name: string,
  open: () => Promise<StateStore>,
  inbox: () => Promise<StoredEvent[]> = async () => [],
): void {
  describe(name, async () => {
    const [one, two] = [await open(), await open()]
    const nodes: Nodes = { one, two, kept: keptBy(one, inbox) }
    afterAll(async () => {
      await nodes.one.close()
      await nodes.two.close()
    })

    describeGrants(nodes)
    describeRotations(nodes)
    describeIndexes(nodes)
    describeArtifacts(nodes)
    describeLookUps(nodes)
    describeEvents(nodes)
    describeEndings(nodes)
    describeUpkeep(nodes)
    describeRaces(nodes)
    describeModel(nodes)
  })
}

function keptBy(store: StateStore, inbox: () => Promise<StoredEvent[]>): Nodes['kept'] {
  const drained: StoredEvent[] = []
  return async () => {
    await store.events.drain(async (events) => void drained.push(...events), newEvent())
    const kept = new Map<string, { text: string; times: number }>()
    for (const { id, text } of [...drained, ...(await inbox())])
      kept.set(id, { text, times: (kept.get(id)?.times ?? 0) + 1 })
    return kept
  }
}

function describeUpkeep({ one, two }: Nodes): void {
  describe('upkeep', () => {
    it('answers a ping', async () => {
      await expect(one.ping()).resolves.toBeUndefined()
    })

    it('sweeps without touching what lives', async () => {
      const [grant, artifact] = [await createFamily(one), newKey()]
      const token = newToken()
      await addToken(one, grant.key, token)
      await one.artifacts.put('Session', artifact, { payload: {}, expiresIn: HOUR, alias: artifact })
      await claimNow(one, artifact)
      expect(await two.sweep()).toBeGreaterThanOrEqual(0)
      expect(await one.grants.readToken(grant.key, token.key)).toBeDefined()
      expect(await one.artifacts.getByAlias('Session', artifact)).toBeDefined()
      expect(await claimNow(one, artifact)).toBe('again')
    })
  })
}
