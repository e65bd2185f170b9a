/** An API that wants to be surer who somebody is (RFC 9470), and what tokens say of how somebody signed in. */
import { createRemoteJWKSet, decodeJwt, jwtVerify } from 'jose'
import { expect, it } from 'vitest'
import type { Agent } from '../support/agent.ts'
import { agentOf, authorizationRequest, exchange, follow, OWN, refresh, SET_UP } from '../support/flows.ts'
import { onBothStorages } from '../support/on-every-storage.ts'
import { totpCode, withTotp } from '../support/second-factors.ts'
import { withoutFaults } from './answers.ts'
import { atPage, callbackAfter } from './browsers.ts'
import { introspect, ORDERS_API, SOON } from './probes.ts'

const PEOPLE = ['ada', 'bob'].map((name) => ({
  ...{ email: `${name}@example.com`, email_verified: true, password: `a password of ${name}` },
}))
type Person = (typeof PEOPLE)[number]
const [ADA, BOB] = PEOPLE as [Person, Person]

const [ONE, TWO, PHR] = ['1fa', '2fa', 'phr'].map((level) => `urn:gatehouse:acr:${level}`) as [
  ...[string, string, string],
]
const ORDERS = {
  resource: 'https://orders.example',
  scope: 'openid orders:read offline_access',
  prompt: 'consent',
}
const NOTES = { ...ORDERS, resource: 'https://notes.example', scope: 'openid notes:read offline_access' }
type Asked = Record<string, string>

onBothStorages(
  (house) => {
    withoutFaults(house)

    /** An API that takes tokens of two factors, proven so many seconds ago at most: its challenge, or nothing. */
    const createApi = () => {
      const keys = createRemoteJWKSet(new URL('/oauth2/jwks', house().nodes[0]?.url))
      return async (token: string, maxAge: number): Promise<Asked | undefined> => {
        const { payload } = await jwtVerify(token, keys, { audience: ORDERS.resource, typ: 'at+jwt' })
        const age = Date.now() / 1000 - Number(payload['auth_time'])
        if (payload['acr'] === TWO && age <= maxAge) return undefined
        return { acr_values: TWO, max_age: String(maxAge) }
      }
    }

    /** Through what is asked, to tokens; a code where there is one to give. */
    const tokensFor = async (agent: Agent, asked: Asked, person: Person, code = '') => {
      const request = authorizationRequest(OWN, asked)
      let { at, page } = await follow(agent, house().issuer, request.url)
      const seen: string[] = []
      for (let step = 0; step < 4 && page.location === undefined; step++) {
        const step = /name="(username|code|decision)"/.exec(page.text)?.[1] ?? 'nothing'
        seen.push(step)
        const fields = { username: { username: person.email, password: person.password }, code: { code } }
        const sent = await agent.submit(
          page,
          at,
          fields[step as keyof typeof fields] ?? { decision: 'approve' },
        )
        expect([step, sent.status]).toEqual([step, 303])
        ;({ at, page } = await follow(agent, house().issuer, sent.location ?? ''))
      }
      const callback = new URL(page.location ?? '').searchParams.get('code') ?? ''
      const tokens = (await exchange(agent, OWN, callback, request.verifier)).json()
      return { seen, tokens: tokens as Record<'access_token' | 'refresh_token' | 'id_token', string> }
    }

    it('is offered by its metadata', async () => {
      const metadata = (await agentOf(house()).request('/.well-known/openid-configuration')).json()
      expect(metadata['acr_values_supported']).toEqual([ONE, TWO, PHR])
    })

    it('A-467 an API says what it wants, its client asks for it, and the token says that it is so', async () => {
      const agent = agentOf(house())
      const api = createApi()
      const first = await tokensFor(agent, ORDERS, ADA)
      const challenge = await api(first.tokens.access_token, 60)
      expect(challenge).toEqual({ acr_values: TWO, max_age: '60' })

      const secret = await withTotp(house(), ADA.email)
      const second = await tokensFor(agent, { ...ORDERS, ...challenge }, ADA, totpCode(secret, -1))
      // Who is signed in proves what is missing, and no more.
      expect(second.seen).toEqual(['code', 'decision'])
      expect(await api(second.tokens.access_token, 60)).toBeUndefined()
      const said = { acr: TWO, amr: ['pwd', 'otp', 'mfa'], auth_time: expect.any(Number) }
      expect(decodeJwt(second.tokens.id_token)).toMatchObject(said)
      expect((await introspect(agent, second.tokens.access_token, ORDERS_API)).json()).toMatchObject(said)

      // What was there before is no surer for it, and what is refreshed no fresher.
      const old = (await refresh(agent, OWN, first.tokens.refresh_token)).json()
      expect(await api(String(old['access_token']), 60)).toEqual(challenge)
      expect(decodeJwt(String(old['id_token']))).toMatchObject({ acr: ONE, amr: ['pwd'] })

      // In whole seconds, as `max_age` is counted.
      const isTooOld = async () => (await api(second.tokens.access_token, 2)) !== undefined
      await expect.poll(isTooOld, SOON).toBe(true)
      const renewed = (await refresh(agent, OWN, second.tokens.refresh_token)).json()
      const stale = await api(String(renewed['access_token']), 1)
      expect(stale).toEqual({ acr_values: TWO, max_age: '1' })
      const third = await tokensFor(agent, { ...ORDERS, ...stale }, ADA, totpCode(secret))
      expect(third.seen).toEqual(['username', 'code', 'decision'])
      const [before, after] = [second, third].map(({ tokens }) =>
        Number(decodeJwt(tokens.id_token)['auth_time']),
      )
      expect(after).toBeGreaterThan(before ?? 0)
      expect(await api(third.tokens.access_token, 60)).toBeUndefined()
    })

    it('opaque tokens say it to who introspects them, and the first level that is asked for and reached is said', async () => {
      const secret = await withTotp(house(), BOB.email)
      const asked = { ...NOTES, acr_values: `${PHR} ${ONE} ${TWO}` }
      const { tokens } = await tokensFor(agentOf(house()), asked, BOB, totpCode(secret))
      const said = { acr: ONE, amr: ['pwd', 'otp', 'mfa'], auth_time: expect.any(Number) }
      expect(decodeJwt(tokens.id_token)).toMatchObject(said)
      const agent = agentOf(house())
      expect((await introspect(agent, tokens.access_token, ORDERS_API)).json()).toMatchObject({
        ...{ active: true, ...said },
      })
      expect((await introspect(agent, 'x'.repeat(65), ORDERS_API)).json()).toEqual({ active: false })
    })

    it('A-456 the code of somebody else is refused in a sign-in of one’s own', async () => {
      const agent = agentOf(house())
      const { at, page } = await atPage(house(), agent, OWN)
      const sent = await agent.submit(page, at, { username: ADA.email, password: ADA.password })
      const before = await follow(agent, house().issuer, sent.location ?? '')
      expect(before.page.text).toContain('name="code"')
      const secret = await withTotp(house(), BOB.email)
      const wrong = await agent.submit(before.page, before.at, { code: totpCode(secret) })
      expect([wrong.status, await callbackAfter(house(), agent, wrong)]).toEqual([400, undefined])
    })
  },
  { setUp: { ...SET_UP, users: PEOPLE } },
)
