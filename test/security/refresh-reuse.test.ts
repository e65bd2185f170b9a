import { describe, expect, it } from 'vitest'
import {
  agentOf,
  authorizationRequest,
  authorize,
  exchange,
  follow,
  OWN,
  PORTAL,
  refresh,
  signIn,
  type Tokens,
  tokenRequest,
} from '../support/flows.ts'
import { onEveryStorage, withHouse } from '../support/on-every-storage.ts'
import { eventsOf, isActive, metric, SOON } from './probes.ts'

const REUSES = 'auth_refresh_reuse_detected_total'

onEveryStorage(
  (house) => {
    const nodeOf = (n: number): string => house().nodes[n % house().nodes.length]?.url ?? ''

    describe('a used refresh token, without any grace', () => {
      it.each(['the first', 'the second'])(
        'A-222 %s token of three ends family, session and its other families',
        async (which) => {
          const agent = agentOf(house())
          const { tokens: other } = await signIn(house(), agent, OWN)
          const { tokens } = await signIn(house(), agent, PORTAL)
          const r1 = (await refresh(agent, PORTAL, tokens.refresh_token)).json()
          const r2 = (await refresh(agent, PORTAL, String(r1['refresh_token']), nodeOf(1))).json()
          const counted = await metric(house(), REUSES)
          const told = eventsOf(house(), 'token.reuse_detected').length

          const used = which === 'the first' ? tokens.refresh_token : String(r1['refresh_token'])
          const reuse = await refresh(agent, PORTAL, used, nodeOf(1))
          expect([reuse.status, reuse.json()['error']]).toEqual([400, 'invalid_grant'])

          for (const [rp, token] of [
            [PORTAL, String(r2['refresh_token'])],
            [OWN, other.refresh_token],
          ] as const) {
            for (const n of [0, 1]) expect((await refresh(agent, rp, token, nodeOf(n))).status).toBe(400)
          }
          expect(await isActive(agent, String(r2['access_token']))).toBe(false)
          const { page } = await follow(
            agent,
            house().issuer,
            authorizationRequest(OWN, { prompt: 'none' }).url,
          )
          expect(new URL(page.location ?? '').searchParams.get('error')).toBe('login_required')
          expect((await metric(house(), REUSES)) - counted).toBe(1)
          await expect.poll(() => eventsOf(house(), 'token.reuse_detected').length - told, SOON).toBe(1)
        },
      )

      it('A-222 reuse is answered whatever else is wrong with the request', async () => {
        const agent = agentOf(house())
        const { tokens } = await signIn(house(), agent, PORTAL)
        const r1 = (await refresh(agent, PORTAL, tokens.refresh_token)).json()
        const answer = await agent.request('/oauth2/token', {
          form: {
            grant_type: 'refresh_token',
            refresh_token: tokens.refresh_token,
            scope: 'admin',
            resource: 'https://nowhere.example',
            client_id: PORTAL.clientId,
          },
          headers: {
            accept: 'application/json',
            authorization: `Basic ${Buffer.from(`portal:${PORTAL.secret}`).toString('base64')}`,
          },
        })
        expect(answer.status).toBe(400)
        expect((await refresh(agent, PORTAL, String(r1['refresh_token']))).status).toBe(400)
      })

      it('A-226 a request that fails for its scope or its resource burns nothing', async () => {
        const agent = agentOf(house())
        const { tokens } = await signIn(house(), agent, PORTAL)
        const form = { grant_type: 'refresh_token', refresh_token: tokens.refresh_token }
        for (const wrong of [{ scope: 'openid admin' }, { resource: 'https://nowhere.example' }]) {
          const answer = await tokenRequest(agent, PORTAL, { ...form, ...wrong }, nodeOf(1))
          expect(answer.status).toBe(400)
          expect(answer.json()['error']).toMatch(/^invalid_(scope|target)$/)
        }
        expect((await refresh(agent, PORTAL, tokens.refresh_token)).status).toBe(200)
      })

      it('A-223 of 50 at once over all nodes exactly one is answered, and the family dies', async () => {
        const agent = agentOf(house())
        const { tokens } = await signIn(house(), agent, PORTAL)
        const answers = await Promise.all(
          Array.from({ length: 50 }, (_, n) => refresh(agent, PORTAL, tokens.refresh_token, nodeOf(n))),
        )
        const won = answers.filter(({ status }) => status === 200)
        expect(won).toHaveLength(1)
        for (const lost of answers.filter(({ status }) => status !== 200)) {
          expect([lost.status, lost.json()['error']]).toEqual([400, 'invalid_grant'])
        }
        const r1 = String(won[0]?.json()['refresh_token'])
        for (const n of [0, 1]) expect((await refresh(agent, PORTAL, r1, nodeOf(n))).status).toBe(400)
      })

      it('A-130 a code sent again ends what it brought', async () => {
        const agent = agentOf(house())
        const request = authorizationRequest(PORTAL, { scope: 'openid offline_access', prompt: 'consent' })
        const callback = await authorize(house(), agent, request)
        const code = callback.searchParams.get('code') ?? ''
        const tokens = (await exchange(agent, PORTAL, code, request.verifier)).json() as unknown as Tokens
        expect((await exchange(agent, PORTAL, code, request.verifier, nodeOf(1))).status).toBe(400)
        expect(await isActive(agent, tokens.access_token)).toBe(false)
        expect((await refresh(agent, PORTAL, tokens.refresh_token)).status).toBe(400)
      })
    })
  },
  { env: { REFRESH_REUSE_GRACE: '0' } },
)

withHouse({ storage: 'postgresql', env: { REFRESH_REUSE_GRACE: '3s' } }, (house) => {
  describe('a used refresh token, when the grace is over', () => {
    it('A-224 is late within it, reuse after it', async () => {
      const agent = agentOf(house())
      const { tokens } = await signIn(house(), agent, PORTAL)
      const r1 = (await refresh(agent, PORTAL, tokens.refresh_token)).json()
      const r2 = (await refresh(agent, PORTAL, String(r1['refresh_token']))).json()
      const late = await refresh(agent, PORTAL, tokens.refresh_token)
      expect(late.json()).toMatchObject({ error: 'invalid_grant' })
      const alive = (await refresh(agent, PORTAL, String(r2['refresh_token']))).json()
      expect(alive).toHaveProperty('refresh_token')
      const reuseAfterAll = async () => {
        expect((await refresh(agent, PORTAL, tokens.refresh_token)).status).toBe(400)
        return metric(house(), REUSES)
      }
      await expect.poll(reuseAfterAll, SOON).toBe(1)
      expect((await refresh(agent, PORTAL, String(alive['refresh_token']))).status).toBe(400)
    })
  })
})
