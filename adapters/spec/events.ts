import { describe, expect, it } from 'vitest'
import type { StateStore, StoredEvent } from '../contract.ts'
import {
  addToken,
  createFamily,
  createGrant,
  endAll,
  HOUR,
  manyTimes,
  type Nodes,
  newEvent,
  newKey,
  newToken,
  redemptionOf,
  rotateNow,
} from './fixtures.ts'

/** Each way to change something, and the same again when there is nothing left to change. */
const CHANGES: Record<string, (store: StateStore) => Promise<(event: StoredEvent) => Promise<unknown>>> = {
  'a redemption': async (store) => {
    const grant = await createGrant(store)
    return (event) => store.grants.redeem(grant.key, redemptionOf(grant, { event }))
  },
  'a rotation': async (store) => {
    const { key } = await createFamily(store)
    return (event) => rotateNow(store, key, 0, { event })
  },
  'a rotation, the second one': async (store) => {
    const { key } = await createFamily(store)
    return (noticed) => rotateNow(store, key, 0, { noticed })
  },
  'a token that is dropped': async (store) => {
    const [{ key }, token] = [await createFamily(store), newToken()]
    await addToken(store, key, token)
    return (event) => store.grants.dropToken(key, token.key, event)
  },
  'a revocation': async (store) => {
    const { key } = await createFamily(store)
    return (event) => store.grants.revoke(key, event)
  },
  'a revocation of all': async (store) => {
    const { owner } = await createFamily(store)
    return (event) => endAll(store.grants, 'session', owner.session, event)
  },
  'a session that is destroyed': async (store) => {
    const key = newKey()
    await store.artifacts.put('Session', key, { payload: {}, expiresIn: HOUR })
    return (event) => store.artifacts.destroy('Session', key, event)
  },
  'a session that is destroyed by its alias': async (store) => {
    const alias = newKey()
    await store.artifacts.put('Session', newKey(), { payload: {}, expiresIn: HOUR, alias })
    return (event) => store.artifacts.destroyByAlias('Session', [alias], event)
  },
  'all sessions of an account': async (store) => {
    const account = newKey()
    await store.artifacts.put('Session', newKey(), { payload: {}, expiresIn: HOUR, account })
    return (event) => store.artifacts.destroyAllOf('Session', account, event)
  },
}

export function describeEvents(nodes: Nodes): void {
  const { one, two } = nodes

  describe('an event', () => {
    it.each(Object.keys(CHANGES))('of %s is kept with its change, and not without one', async (name) => {
      const change = await CHANGES[name]?.(one)
      const [told, untold] = [newEvent(), newEvent()]
      await change?.(told)
      await change?.(untold)
      const kept = await nodes.kept()
      expect(kept.get(told.id)).toEqual({ text: told.text, times: 1 })
      expect(kept.has(untold.id)).toBe(false)
    })

    it('of a record that is written is kept with it', async () => {
      const [token, session] = [newEvent(), newEvent()]
      await one.artifacts.put('ClientCredentials', newKey(), { payload: {}, expiresIn: HOUR }, token)
      const named = { payload: {}, expiresIn: HOUR, alias: newKey(), account: newKey() }
      await one.artifacts.put('Session', newKey(), named, session)
      const kept = await nodes.kept()
      expect([kept.get(token.id)?.text, kept.get(session.id)?.text]).toEqual([token.text, session.text])
    })

    it('of an added token is kept with it, and not where there is no grant', async () => {
      const [told, untold] = [newEvent(), newEvent()]
      const { key } = await createFamily(one)
      await addToken(one, key, newToken(), told)
      await addToken(one, newKey(), newToken(), untold)
      const kept = await nodes.kept()
      expect([kept.has(told.id), kept.has(untold.id)]).toEqual([true, false])
    })

    it('of many grants that end together is kept as often as it likes, and is one', async () => {
      const client = newKey()
      await manyTimes(700, () => createGrant(one, { client }))
      const event = newEvent()
      expect(await endAll(two.grants, 'client', client, event)).toBe(700)
      const times = (await nodes.kept()).get(event.id)?.times ?? 0
      expect(times).toBeGreaterThanOrEqual(1)
      expect(times).toBeLessThan(10)
    })

    it('without a change is kept alone', async () => {
      const event = newEvent()
      await two.events.keep(event)
      expect((await nodes.kept()).get(event.id)?.text).toBe(event.text)
    })
  })
}
