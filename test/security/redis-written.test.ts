/**
 * Somebody who may write to Redis can sign in as anybody: a documented limit (docs/audit.md). What they write must still
 * not become more than the record that it pretends to be, nor an event of what never happened.
 */
import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { newRowId } from '../../src/shared/ids.ts'
import { agentOf, authorizationRequest, exchange, PORTAL, refresh, signIn } from '../support/flows.ts'
import { editGrant } from '../support/grant-lines.ts'
import { withHouse } from '../support/on-every-storage.ts'
import { expectWhole, trailOf } from '../support/trail.ts'
import { userinfo } from './probes.ts'

const STRANGE = {
  kind: 'AccessToken',
  constructor: { prototype: { admin: true } },
  groups: ['admin'],
  server_roles: ['admin'],
  extra: { sub: 'somebody' },
}

withHouse({ storage: 'redis' }, (house) => {
  let redis: Redis
  beforeAll(() => {
    redis = new Redis(house().redisUrl ?? '')
  })
  afterAll(() => redis.disconnect())

  const hashesWith = async (pattern: string, field: string): Promise<string[]> => {
    const keys = await redis.keys(pattern)
    const found = await Promise.all(
      keys.map(async (key) => (await redis.type(key)) === 'hash' && redis.hexists(key, field)),
    )
    return keys.filter((_, n) => found[n])
  }
  const edit = async (key: string, field: string, change: (value: unknown) => unknown) =>
    redis.hset(key, field, JSON.stringify(change(JSON.parse((await redis.hget(key, field)) ?? 'null'))))
  const grants = () => redis.keys('gh:{*}')

  describe('whoever may write to Redis', () => {
    it('A-924 gains nothing by fields and kinds that were not there', async () => {
      const agent = agentOf(house())
      const { tokens } = await signIn(house(), agent, PORTAL)
      const plain = (await userinfo(agent, tokens.access_token)).json()
      for (const key of await hashesWith('gh:a:Session:*', 'p'))
        await edit(key, 'p', (session) => ({ ...(session as object), ...STRANGE }))
      const keys = await grants()
      expect(keys).toHaveLength(1)
      for (const key of keys) {
        await editGrant(redis, key, ({ family, birth }) => {
          const [account, client, session, content, code] = JSON.parse(birth)
          const strange = [account, client, session, { ...content, ...STRANGE }, { ...code, ...STRANGE }]
          return {
            family: JSON.stringify({ ...JSON.parse(family), ...STRANGE }),
            birth: JSON.stringify(strange),
          }
        })
      }
      const again = await refresh(agent, PORTAL, tokens.refresh_token)
      expect(again.status).toBe(200)
      expect((await userinfo(agent, String(again.json()['access_token']))).json()).toEqual(plain)
      const silent = await agent.request(
        authorizationRequest(PORTAL, { prompt: 'none', scope: 'openid' }).url,
      )
      expect(silent.status).toBeLessThan(500)
      expect(({} as Record<string, unknown>)['admin']).toBeUndefined()
      expect(house().log()).not.toMatch(/unhandled/i)
    })

    it('A-924 can’t use a record under another key: what is sealed under its value does not open', async () => {
      const [thief, victim] = [agentOf(house()), agentOf(house())]
      await thief.request(authorizationRequest(PORTAL).url)
      const own = await redis.keys('gh:a:Interaction:*')
      await victim.request(authorizationRequest(PORTAL, { login_hint: 'victim@example.com' }).url)
      const all = await redis.keys('gh:a:Interaction:*')
      const theirs = all.find((key) => !own.includes(key)) ?? ''
      for (const key of own) await redis.hset(key, 'p', (await redis.hget(theirs, 'p')) ?? '')
      const cookie = thief.cookies.find(({ name }) => name === 'gh_interaction')
      const page = await thief.request(cookie?.path ?? '/')
      expect(page.status).toBeGreaterThanOrEqual(400)
      expect(page.text).not.toContain('victim@example.com')
    })

    it('A-924 can’t turn a code of one client into tokens for another', async () => {
      const agent = agentOf(house())
      const { callback, request } = await signIn(house(), agent, PORTAL)
      const code = callback.searchParams.get('code') ?? ''
      // As if it had never been redeemed: that much Redis decides, and is documented.
      for (const key of await grants())
        await editGrant(redis, key, ({ code }) => ({ code: code.split(' ').slice(0, 3).join(' ') }))
      const other = await exchange(agent, { ...PORTAL, clientId: 'own' }, code, request.verifier)
      expect(other.status).toBeGreaterThanOrEqual(400)
      const unproven = await exchange(agent, PORTAL, code, 'b'.repeat(43))
      expect(unproven.json()).toMatchObject({ error: 'invalid_grant' })
    })

    it('A-924 can’t add events of what Redis does not do', async () => {
      const id = newRowId()
      const forged = {
        ...{ id, type: 'user.created', time: Date.now(), outcome: 'success', details: {} },
        subject: 'forged-person',
      }
      await redis.xadd('gh:events', '*', 'i', id, 'e', JSON.stringify(forged))
      await redis.xadd('gh:events', '*', 'x', 'y')
      const trail = await trailOf(house())
      expect(trail.filter(({ event }) => event['subject'] === 'forged-person')).toEqual([])
      expect(trail.filter(({ event }) => event.type === 'audit.event_refused')).toHaveLength(2)
      await expectWhole(house())
    })
  })
})
