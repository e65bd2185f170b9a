import { setTimeout as delay } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import type { Agent } from '../support/agent.ts'
import {
  APP,
  agentOf,
  authorizationRequest,
  authorize,
  exchange,
  OWN,
  PERSON,
  PORTAL,
  refresh,
  SET_UP,
  signIn,
} from '../support/flows.ts'
import { withHouse } from '../support/on-every-storage.ts'
import { faceOf, introspect, isActive, onDatabase, SOON, WITH_SIGNER } from './probes.ts'

const LEAVING = { email: 'leaving@example.com', password: 'one foot in the door 7' }
const GONE = { email: 'gone@example.com', password: 'the other foot out 8' }
const WITH_LEAVERS = { ...SET_UP, users: [...SET_UP.users, LEAVING, GONE] }
const offline = { scope: 'openid offline_access', prompt: 'consent' }

withHouse({ storage: 'postgresql', nodes: 2, setUp: WITH_LEAVERS }, (house) => {
  const nodes = () => house().nodes.map(({ url }) => url)

  describe('a family whose ground is gone', () => {
    it.each([
      ['disabled', LEAVING, 'update users set disabled_at = now() where email = $1'],
      ['deleted', GONE, 'delete from users where email = $1'],
    ])('A-227 when the person is %s it ends within a second on every node', async (_, person, statement) => {
      const agent = agentOf(house())
      const request = authorizationRequest(PORTAL, offline)
      const code = (await authorize(house(), agent, request, person)).searchParams.get('code') ?? ''
      const tokens = (await exchange(agent, PORTAL, code, request.verifier)).json()
      let current = String(tokens['refresh_token'])
      await onDatabase(house(), statement, [person.email])
      for (const node of nodes()) {
        const refused = async () => {
          const answer = (await refresh(agent, PORTAL, current, node)).json()
          current = String(answer['refresh_token'] ?? current)
          return answer['error']
        }
        await expect.poll(refused, SOON).toBe('invalid_grant')
      }
    })

    it('A-227 when the client is disabled it ends within a second on every node', async () => {
      const agent = agentOf(house())
      const { tokens } = await signIn(house(), agent, OWN, offline)
      let current = tokens.refresh_token
      await onDatabase(house(), `update clients set disabled_at = now() where client_id = 'own'`)
      for (const node of nodes()) {
        const refused = async () => {
          const answer = (await refresh(agent, OWN, current, node)).json()
          current = String(answer['refresh_token'] ?? current)
          return answer['error']
        }
        // The client itself is refused before its grant is looked at: `invalid_client`.
        await expect.poll(refused, SOON).toBe('invalid_client')
      }
    })

    it('A-241 when its refresh token is revoked it ends at once on every node, its access tokens too', async () => {
      const agent = agentOf(house())
      const { tokens } = await signIn(house(), agent, APP, offline)
      const next = (await refresh(agent, APP, tokens.refresh_token)).json()
      const revoked = await agent.request('/oauth2/revoke', {
        form: { token: String(next['refresh_token']), client_id: APP.clientId },
        headers: { accept: 'application/json' },
      })
      expect(revoked.status).toBe(200)
      for (const node of nodes()) {
        expect((await refresh(agent, APP, String(next['refresh_token']), node)).status).toBe(400)
      }
      for (const token of [tokens.access_token, String(next['access_token'])]) {
        const headers = { authorization: `Bearer ${token}` }
        expect((await agent.request('/oauth2/userinfo', { headers })).status).toBe(401)
      }
    })
  })
})

const SHORT = {
  ACCESS_TOKEN_EXP: '1s',
  REFRESH_TOKEN_EXP: '3s',
  REFRESH_FAMILY_EXP: '6s',
  REFRESH_REUSE_GRACE: '30s',
}

withHouse({ storage: 'redis', env: SHORT, setUp: WITH_SIGNER }, (house) => {
  const born = async (agent: Agent) => {
    const { tokens } = await signIn(house(), agent, PORTAL, offline)
    return { tokens, at: performance.now() }
  }

  describe('the lives of refresh tokens', () => {
    it.concurrent('A-228 a family ends when it must, however often it rotates', async () => {
      const agent = agentOf(house())
      const { tokens, at } = await born(agent)
      let current = tokens.refresh_token
      let rotations = 0
      for (;;) {
        const answer = await refresh(agent, PORTAL, current)
        if (answer.status !== 200) {
          expect(answer.json()).toMatchObject({ error: 'invalid_grant' })
          break
        }
        current = String(answer.json()['refresh_token'])
        rotations++
        await delay(200)
        expect(performance.now() - at).toBeLessThan(12_000)
      }
      expect(rotations).toBeGreaterThan(5)
      // Longer than one token lives, hence by rotating; not longer than the family may.
      expect(performance.now() - at).toBeGreaterThan(3_500)
    })

    it.concurrent('A-228 a token that has expired is refused, and so is a repeat of the one before', async () => {
      const agent = agentOf(house())
      const { tokens } = await born(agent)
      const r1 = String((await refresh(agent, PORTAL, tokens.refresh_token)).json()['refresh_token'])
      expect((await refresh(agent, PORTAL, tokens.refresh_token)).json()['refresh_token']).toBe(r1)
      await expect.poll(() => isActive(agent, r1), SOON).toBe(false)
      for (const token of [tokens.refresh_token, r1]) {
        const answer = await refresh(agent, PORTAL, token)
        expect([answer.status, answer.json()['error']]).toEqual([400, 'invalid_grant'])
      }
    })

    it.concurrent('A-323 introspection says the same of unknown, expired and foreign tokens', async () => {
      const agent = agentOf(house())
      const { tokens } = await born(agent)
      const foreign = faceOf(await introspect(agent, tokens.access_token, OWN))
      await expect.poll(() => isActive(agent, tokens.access_token), SOON).toBe(false)
      expect(JSON.parse(foreign.text)).toEqual({ active: false })
      for (const token of [tokens.access_token, 'a'.repeat(65), `ghr_${'A'.repeat(62)}`, PERSON.email]) {
        expect(faceOf(await introspect(agent, token, OWN))).toEqual(foreign)
        expect(faceOf(await introspect(agent, token))).toEqual(foreign)
      }
    })
  })
})
