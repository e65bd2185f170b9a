/** A resource server that asks refuses the signed tokens of a session that has ended. */
import { decodeJwt } from 'jose'
import { expect, it } from 'vitest'
import type { Agent } from '../support/agent.ts'
import { agentOf, PERSON, PORTAL, SET_UP, signIn } from '../support/flows.ts'
import type { House } from '../support/house.ts'
import { withHouse } from '../support/on-every-storage.ts'
import { expectJson, withoutFaults } from './answers.ts'
import { call, introspect, JSON_ONLY, ORDERS_API, OTHER_API } from './probes.ts'

const ENDED = '/oauth2/ended-sessions'
const SOON = { timeout: 10_000, interval: 50 }
const ORDERS = { scope: 'openid orders:read', resource: 'https://orders.example' }
const KEPT = { ...ORDERS, scope: `${ORDERS.scope} offline_access`, prompt: 'consent' }

interface Listed {
  sid: string
  ended_at: number
}

const ask = (agent: Agent, as: Parameters<typeof call>[3] = ORDERS_API) => call(agent, ENDED, {}, as)

const listed = async (agent: Agent, as?: Parameters<typeof call>[3]): Promise<Listed[]> =>
  (await ask(agent, as)).json()['sessions'] as Listed[]

/** As docs/back-channel-logout.md says it. */
async function isRefused(agent: Agent, token: string): Promise<boolean> {
  const { sid, iat = 0 } = decodeJwt(token)
  return (await listed(agent)).some((ended) => ended.sid === sid && iat <= ended.ended_at)
}

for (const storage of ['embedded', 'redis'] as const) {
  withHouse({ storage, setUp: SET_UP }, (house: () => House) => {
    withoutFaults(house)
    const signedIn = (over: Record<string, string> = ORDERS, agent = agentOf(house())) =>
      signIn(house(), agent, PORTAL, over).then(({ tokens }) => ({ agent, ...tokens }))
    const signOut = async (agent: Agent): Promise<void> => {
      const page = await agent.request('/oauth2/logout')
      await agent.submit(page, '/oauth2/logout/confirm', { logout: 'yes' })
    }

    it(`a token names its session as the id token does, and is refused once that has ended: ${storage}`, async () => {
      const [one, other] = [await signedIn(), await signedIn()]
      const { sid } = decodeJwt(one.access_token)
      expect(sid).toBe(decodeJwt(one.id_token)['sid'])
      expect(sid).not.toBe(decodeJwt(other.access_token)['sid'])
      expect((await introspect(one.agent, one.access_token, ORDERS_API)).json()['sid']).toBe(sid)
      expect(await isRefused(other.agent, one.access_token)).toBe(false)
      await signOut(one.agent)
      await expect.poll(() => isRefused(other.agent, one.access_token), SOON).toBe(true)
      expect(await isRefused(other.agent, other.access_token)).toBe(false)
      const answer = await ask(other.agent)
      expect(answer.headers.get('cache-control')).toBe('no-store')
      expect(Object.keys((answer.json()['sessions'] as object[])[0] ?? {})).toEqual(['sid', 'ended_at'])
    })

    it(`A-323 only the resource's own server is told, by its secret: ${storage}`, async () => {
      const { agent, access_token: token } = await signedIn()
      await signOut(agent)
      await expect.poll(() => isRefused(agent, token), SOON).toBe(true)
      expect(await listed(agent, OTHER_API)).toEqual([])
      expect(await listed(agent, PORTAL)).toEqual([])
      expectJson(
        await ask(agent, { ...ORDERS_API, secret: 'wrong-secret-0123456789' }),
        401,
        'invalid_client',
      )
      expectJson(await call(agent, ENDED, {}), 400, 'invalid_request')
      const open = await call(agent, ENDED, { client_id: 'app' })
      expect([open.status, open.json()]).toEqual([200, { sessions: [] }])
      expectJson(await call(agent, ENDED, { client_id: 'first-party' }), 401, 'invalid_client')
      expect((await agent.request(ENDED, { headers: JSON_ONLY })).status).toBe(405)
    })

    // The last one: for a second after it a node on embedded storage does not know yet who has begun anew.
    it(`what was meant to outlive the session is not refused: ${storage}`, async () => {
      const [kept, plain] = [await signedIn(KEPT), await signedIn()]
      await Promise.all([signOut(kept.agent), signOut(plain.agent)])
      await expect.poll(() => isRefused(kept.agent, plain.access_token), SOON).toBe(true)
      const isActive = (await introspect(kept.agent, kept.access_token, ORDERS_API)).json()['active']
      expect([await isRefused(kept.agent, kept.access_token), isActive]).toEqual([false, true])
      expect((await house().run(['sessions', 'revoke', '--user', PERSON.email])).code).toBe(0)
      await expect.poll(() => isRefused(kept.agent, kept.access_token), SOON).toBe(true)
    })
  })
}
