import { describe, expect, it } from 'vitest'
import type { Agent } from '../support/agent.ts'
import {
  APP,
  agentOf,
  authorizationRequest,
  authorize,
  exchange,
  follow,
  OWN,
  PORTAL,
  refresh,
  type Tokens,
  tokenRequest,
} from '../support/flows.ts'
import type { House } from '../support/house.ts'
import { onEveryStorage } from '../support/on-every-storage.ts'
import { eventsOf, isActive, onDatabase, SOON, userinfo } from './probes.ts'

/** As far as the code in the redirect back. */
async function freshCode(house: House, agent: Agent): Promise<{ code: string; verifier: string }> {
  const request = authorizationRequest(PORTAL, { scope: 'openid email offline_access', prompt: 'consent' })
  const callback = await authorize(house, agent, request)
  return { code: callback.searchParams.get('code') ?? '', verifier: request.verifier }
}

const redemption = (code: string, verifier: string, over: Record<string, string> = {}) => ({
  grant_type: 'authorization_code',
  code,
  redirect_uri: PORTAL.redirectUri,
  code_verifier: verifier,
  ...over,
})

const refusal = async (answer: Promise<{ status: number; json(): Record<string, unknown> }>) => {
  const { status, json } = await answer
  return [status, json()['error']]
}

const INVALID_GRANT = [400, 'invalid_grant']

const isSignedIn = async (house: House, agent: Agent): Promise<boolean> => {
  const { page } = await follow(agent, house.issuer, authorizationRequest(OWN, { prompt: 'none' }).url)
  return new URL(page.location ?? '').searchParams.has('code')
}

onEveryStorage((house, storage) => {
  const nodeOf = (n: number): string => house().nodes[n % house().nodes.length]?.url ?? ''

  describe('redeeming a code', () => {
    it('A-127 without the verifier, or with the challenge in its place, nothing is given', async () => {
      const agent = agentOf(house())
      const { code, verifier } = await freshCode(house(), agent)
      for (const wrong of ['', 'a'.repeat(43), `${verifier}x`]) {
        const answer = await exchange(agent, PORTAL, code, wrong)
        expect(answer.status).toBe(400)
        expect(answer.json()).not.toHaveProperty('access_token')
      }
      expect((await exchange(agent, PORTAL, code, verifier)).status).toBe(200)
    })

    it('A-128 a code that was planted in another browser’s callback is worth nothing there', async () => {
      const [attacker, victim] = [agentOf(house()), agentOf(house())]
      const planted = await freshCode(house(), attacker)
      const own = await freshCode(house(), victim)
      expect(await refusal(exchange(victim, PORTAL, planted.code, own.verifier))).toEqual(INVALID_GRANT)
      expect(await refusal(exchange(victim, PORTAL, own.code, planted.verifier))).toEqual(INVALID_GRANT)
      expect((await exchange(victim, PORTAL, own.code, own.verifier)).status).toBe(200)
      expect(await refusal(exchange(victim, PORTAL, planted.code, own.verifier))).toEqual(INVALID_GRANT)
    })

    it('A-129 another client, or another redirect URI, does not get it, and the owner then still does', async () => {
      const agent = agentOf(house())
      const { code, verifier } = await freshCode(house(), agent)
      expect(await refusal(tokenRequest(agent, OWN, redemption(code, verifier)))).toEqual(INVALID_GRANT)
      expect(await refusal(tokenRequest(agent, APP, redemption(code, verifier)))).toEqual(INVALID_GRANT)
      const elsewhere = redemption(code, verifier, { redirect_uri: 'https://portal.example/cb2' })
      expect(await refusal(tokenRequest(agent, PORTAL, elsewhere))).toEqual(INVALID_GRANT)
      expect((await exchange(agent, PORTAL, code, verifier)).status).toBe(200)
    })

    it('A-129 without a redirect URI it is refused', async () => {
      const agent = agentOf(house())
      const { code, verifier } = await freshCode(house(), agent)
      const { redirect_uri: _, ...rest } = redemption(code, verifier)
      const answer = await tokenRequest(agent, PORTAL, rest)
      expect(answer.status).toBe(400)
      expect(['invalid_request', 'invalid_grant']).toContain(answer.json()['error'])
    })

    // The one store whose clock a test can put forward for a single record.
    if (storage === 'postgresql')
      it('A-129 a code lives for sixty seconds', async () => {
        const agent = agentOf(house())
        const { code, verifier } = await freshCode(house(), agent)
        const [born] = await onDatabase<{ life: number }>(
          house(),
          'select extract(epoch from max(code_expires_at) - clock_timestamp())::float8 as life from state_grants',
        )
        expect(born?.life).toBeLessThanOrEqual(60)
        // A minute passes for this one code.
        await onDatabase(
          house(),
          `update state_grants set code_expires_at = code_expires_at - interval '60 s',
           expires_at = expires_at - interval '60 s' where code_consumed_at is null`,
        )
        expect(await refusal(exchange(agent, PORTAL, code, verifier))).toEqual(INVALID_GRANT)
      })

    it('A-130 sent again at once by the right client it is refused, and harms nobody', async () => {
      const agent = agentOf(house())
      const { code, verifier } = await freshCode(house(), agent)
      const tokens = (await exchange(agent, PORTAL, code, verifier)).json() as unknown as Tokens
      const before = eventsOf(house(), 'code.replayed').length
      expect(await refusal(exchange(agent, PORTAL, code, verifier, nodeOf(1)))).toEqual(INVALID_GRANT)
      expect(await isActive(agent, tokens.access_token)).toBe(true)
      expect((await refresh(agent, PORTAL, tokens.refresh_token)).status).toBe(200)
      const replays = () => eventsOf(house(), 'code.replayed').slice(before)
      await expect.poll(replays, SOON).toMatchObject([{ clientId: 'portal', outcome: 'refused' }])
    })

    it.each([
      ['with a wrong verifier', PORTAL, { code_verifier: 'a'.repeat(43) }],
      ['with another redirect URI', PORTAL, { redirect_uri: 'https://portal.example/cb2' }],
      ['by another client', OWN, {}],
    ])('A-130 sent again %s it also ends what it brought, but not the session', async (_, as, over) => {
      const agent = agentOf(house())
      const { code, verifier } = await freshCode(house(), agent)
      const tokens = (await exchange(agent, PORTAL, code, verifier)).json() as unknown as Tokens
      const before = eventsOf(house(), 'code.replayed').length
      expect(await refusal(tokenRequest(agent, as, redemption(code, verifier, over)))).toEqual(INVALID_GRANT)
      expect(await isActive(agent, tokens.access_token)).toBe(false)
      expect((await userinfo(agent, tokens.access_token)).status).toBe(401)
      expect(await refusal(refresh(agent, PORTAL, tokens.refresh_token, nodeOf(1)))).toEqual(INVALID_GRANT)
      const replays = () => eventsOf(house(), 'code.replayed').slice(before)
      await expect.poll(replays, SOON).toMatchObject([{ outcome: 'revoked' }])
      expect(await isSignedIn(house(), agent)).toBe(true)
    })

    it('A-130 of 50 redemptions at once, over all nodes, exactly one is answered', async () => {
      const agent = agentOf(house())
      const { code, verifier } = await freshCode(house(), agent)
      const answers = await Promise.all(
        Array.from({ length: 50 }, (_, n) => exchange(agent, PORTAL, code, verifier, nodeOf(n))),
      )
      const won = answers.filter(({ status }) => status === 200)
      expect(won).toHaveLength(1)
      const lost = answers.filter(({ status }) => status !== 200)
      for (const answer of lost) expect(await refusal(Promise.resolve(answer))).toEqual(INVALID_GRANT)
      const tokens = won[0]?.json() as unknown as Tokens
      expect((await refresh(agent, PORTAL, tokens.refresh_token)).status).toBe(200)
    })
  })
})
