import { describe, expect, it } from 'vitest'
import type { Ending, StateStore, StoredEvent } from '../contract.ts'
import {
  createGrant,
  endAll,
  HOUR,
  manyTimes,
  type Nodes,
  newEvent,
  newGrant,
  newKey,
  newToken,
  ODD_JSON,
  redemptionOf,
} from './fixtures.ts'

const odd = { ...ODD_JSON, sid: 'of-a-client' }

/** Each way to end something: what is there, how it ends, and what is told of it. */
const ENDS: Record<
  string,
  (store: StateStore) => Promise<{ end: (event?: StoredEvent) => Promise<unknown>; told: object }>
> = {
  'a grant that is revoked': async (store) => {
    const { key, told } = await oddGrant(store)
    return { end: (event = newEvent()) => store.grants.revoke(key, event), told }
  },
  'a grant that is revoked in time': async (store) => {
    const { key, told } = await oddGrant(store)
    return {
      end: (event = newEvent()) => store.grants.revokeUntil(key, event, Number.MAX_SAFE_INTEGER),
      told,
    }
  },
  'a grant that is revoked with others': async (store) => {
    const { key, told } = await oddGrant(store)
    return { end: (event = newEvent()) => store.grants.revokeEach([key, newKey()], event), told }
  },
  'a grant that is revoked with all of its session': async (store) => {
    const { told } = await oddGrant(store)
    return {
      end: (event = newEvent()) => endAll(store.grants, 'session', told.grant.session, event),
      told,
    }
  },
  'a session that is destroyed': async (store) => {
    const key = newKey()
    await store.artifacts.put('Session', key, { payload: odd, expiresIn: HOUR })
    return { end: (event) => store.artifacts.destroy('Session', key, event), told: session }
  },
  'a session that is destroyed by its alias': async (store) => {
    const alias = newKey()
    await store.artifacts.put('Session', newKey(), { payload: odd, expiresIn: HOUR, alias })
    return { end: (event) => store.artifacts.destroyByAlias('Session', [alias], event), told: session }
  },
  'a session that is destroyed with all of its account': async (store) => {
    const account = newKey()
    await store.artifacts.put('Session', newKey(), { payload: odd, expiresIn: HOUR, account })
    return { end: (event) => store.artifacts.destroyAllOf('Session', account, event), told: session }
  },
}

const session = { kind: 'artifact', model: 'Session', payload: odd }

async function oddGrant(store: StateStore) {
  const grant = newGrant({ content: odd, code: { key: newKey(), payload: odd, expiresIn: HOUR } })
  const key = newKey()
  await store.grants.create(key, grant)
  const { account, client, session } = grant
  return { key, told: { kind: 'grant', grant: { account, client, session, content: odd, code: odd } } }
}

export function describeEndings({ one, two }: Nodes): void {
  const drained: Ending[] = []
  const endingsOf = async ({ id }: StoredEvent): Promise<Ending[]> => {
    await two.endings.drain(async (endings) => void drained.push(...endings))
    return drained.filter(({ event }) => event.id === id)
  }

  describe('what ends', () => {
    it.each(Object.keys(ENDS))('%s is handed on as it was, with its event, and once', async (name) => {
      const made = await ENDS[name]?.(one)
      const [told, untold] = [newEvent(), newEvent()]
      await made?.end(told)
      await made?.end(untold)
      expect(await endingsOf(told)).toEqual([{ event: told, ...made?.told }])
      expect(await endingsOf(untold)).toEqual([])
    })

    it('without an event is not handed on: it only made room', async () => {
      const [key, event] = [newKey(), newEvent()]
      await one.artifacts.put('Session', key, { payload: { key }, expiresIn: HOUR })
      await one.artifacts.destroy('Session', key)
      await endingsOf(event)
      expect(JSON.stringify(drained)).not.toContain(key)
    })

    it('with many others is handed on with each of them', async () => {
      const [client, event] = [newKey(), newEvent()]
      await manyTimes(600, () => createGrant(one, { client }))
      await endAll(one.grants, 'client', client, event)
      expect(await endingsOf(event)).toHaveLength(600)
    })

    it('is handed on again when it could not be taken', async () => {
      const { key, told } = await oddGrant(one)
      const event = newEvent()
      await one.grants.revoke(key, event)
      const failing = two.endings.drain(() => Promise.reject(new Error('not now')))
      await expect(failing).rejects.toThrow('not now')
      expect(await endingsOf(event)).toEqual([{ event, ...told }])
    })

    it('a token that is dropped, a code that is redeemed: nothing has ended', async () => {
      const grant = await createGrant(one)
      const [token, event] = [newToken(), newEvent()]
      await one.grants.redeem(grant.key, redemptionOf(grant, { event, token }))
      await one.grants.dropToken(grant.key, token.key, event)
      expect(await endingsOf(event)).toEqual([])
    })
  })
}
