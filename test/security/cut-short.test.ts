/** Somebody whose account is disabled on the way, or who leaves the way, is signed in nowhere. */
import { expect, it } from 'vitest'
import type { Agent } from '../support/agent.ts'
import { login, PAGE, refreshBy } from '../support/first-party.ts'
import { agentOf, authorizationRequest, exchange, follow, OWN, PORTAL, SET_UP } from '../support/flows.ts'
import { onBothStorages } from '../support/on-every-storage.ts'
import { totpCode, withTotp } from '../support/second-factors.ts'
import { commandWithin } from '../support/within.ts'
import { withoutFaults } from './answers.ts'
import { atPage, callbackAfter, isSignedIn } from './browsers.ts'

const PEOPLE = ['ada', 'bob', 'cy', 'dee', 'eve', 'fay', 'hal'].map((name) => ({
  ...{ email: `${name}@example.com`, email_verified: true, password: `a password of ${name}` },
}))
type Person = (typeof PEOPLE)[number]
const [ADA, BOB, CY, DEE, EVE, FAY, HAL] = PEOPLE as [Person, Person, Person, Person, Person, Person, Person]

onBothStorages(
  (house) => {
    withoutFaults(house)

    const disable = ({ email }: Person) => commandWithin(house(), ['user', 'disable', email])
    const withPassword = async ({ email, password }: Person, rp = OWN, over: Record<string, string> = {}) => {
      const agent = agentOf(house())
      const { request, at, page } = await atPage(house(), agent, rp, over)
      const sent = await agent.submit(page, at, { username: email, password })
      return { agent, request, ...(await follow(agent, house().issuer, sent.location ?? at)) }
    }
    /** With its signature. */
    const sessionOf = (agent: Agent) => agent.cookies.filter(({ name }) => name.startsWith('gh_session'))

    it('A-415 disabled between password and second factor: refused, and signed in nowhere', async () => {
      const secret = await withTotp(house(), ADA.email)
      const { agent, at, page } = await withPassword(ADA)
      await disable(ADA)
      const sent = await agent.submit(page, at, { code: totpCode(secret) })
      expect([sent.status, sent.location]).toEqual([400, undefined])
      expect(await isSignedIn(agent)).toBe(false)
    })

    it('A-415 disabled between consent and code: no code', async () => {
      const { agent, at, page } = await withPassword(BOB, PORTAL)
      expect(page.text).toContain('value="approve"')
      await disable(BOB)
      const sent = await agent.submit(page, at, { decision: 'approve' })
      const callback = sent.status === 303 ? await callbackAfter(house(), agent, sent) : undefined
      expect(callback?.searchParams.get('code') ?? null).toBeNull()
    })

    it('A-415 disabled between code and token: `invalid_grant`', async () => {
      const { agent, request, page } = await withPassword(CY)
      const code = new URL(page.location ?? '').searchParams.get('code') ?? ''
      await disable(CY)
      const answer = await exchange(agent, OWN, code, request.verifier)
      expect([answer.status, answer.json()['error']]).toEqual([400, 'invalid_grant'])
    })

    it('A-415 A-605 everything is ended between the last proof and the way back: no session begins', async () => {
      const agent = agentOf(house())
      const { at, page } = await atPage(house(), agent, OWN)
      const { email, password } = HAL
      const sent = await agent.submit(page, at, { username: email, password })
      expect(sent.location).toContain('/oauth2/authorize/')
      expect((await commandWithin(house(), ['sessions', 'revoke', '--user', email])).code).toBe(0)
      const left = await follow(agent, house().issuer, sent.location ?? '')
      expect([left.page.status, left.page.location]).toEqual([400, undefined])
      expect(await isSignedIn(agent)).toBe(false)
    })

    it('A-451 no other address leads around the second factor', async () => {
      await withTotp(house(), DEE.email)
      const { agent, at, page, request } = await withPassword(DEE, PORTAL)
      expect(page.text).toContain('name="code"')
      const uid = at.split('/').at(-1)
      for (const fields of [{ decision: 'approve' }, { consent: 'yes' }, { action: 'continue' }])
        expect((await agent.submit(page, at, fields)).location ?? '').not.toContain('code=')
      for (const target of [`/oauth2/authorize/${uid}`, `${at}/consent`, '/account', request.url]) {
        const led = await follow(agent, house().issuer, target)
        expect([target, led.page.location ?? '', led.page.text.includes('data-secret')]).toEqual([
          ...[target, '', false],
        ])
      }
      const { url } = authorizationRequest(PORTAL, { prompt: 'none' })
      expect((await agent.request(url)).location).toContain('error=login_required')
      expect(await isSignedIn(agent)).toBe(false)
    })

    it('A-452 an `mfa_token` is no token of any other kind, and another person’s code does not fit it', async () => {
      await withTotp(house(), EVE.email)
      const theirs = await withTotp(house(), FAY.email)
      const agent = agentOf(house())
      const asked = await login(agent, { username: EVE.email, password: EVE.password })
      const token = String(asked.json()['mfa_token'])
      const asAccess = await agent.request('/oauth2/userinfo', {
        headers: { authorization: `Bearer ${token}` },
      })
      expect([asAccess.status, (await refreshBy(agent, token)).status]).toEqual([401, 401])
      const answer = (body: object) =>
        agent.request('/auth/mfa', {
          method: 'POST',
          body: JSON.stringify({ method: 'totp', ...body }),
          headers: { ...PAGE, 'content-type': 'application/json' },
        })
      const wrong = await answer({ mfa_token: token, code: totpCode(theirs) })
      expect([wrong.status, wrong.json()['code']]).toEqual([401, 'invalid_code'])
      const invented = await answer({ mfa_token: 'x'.repeat(43), code: totpCode(theirs) })
      expect([invented.status, invented.json()['code']]).toEqual([401, 'invalid_mfa_token'])
    })

    it('A-601 the session after a step-up has another value than the one before', async () => {
      const { agent, page } = await withPassword({
        ...FAY,
        email: 'gil@example.com',
        password: 'a password of gil',
      })
      expect(page.location).toContain('code=')
      const before = sessionOf(agent)
      const secret = await withTotp(house(), 'gil@example.com')
      const asked = await atPage(house(), agent, OWN, { acr_values: 'urn:gatehouse:acr:2fa' })
      await callbackAfter(
        house(),
        agent,
        await agent.submit(asked.page, asked.at, { code: totpCode(secret) }),
      )
      expect(await isSignedIn(agent)).toBe(true)
      expect(before).toHaveLength(2)
      expect(sessionOf(agent)[0]?.value).not.toBe(before[0]?.value)
      const old = agentOf(house())
      old.cookies.push(...before)
      expect(await isSignedIn(old)).toBe(false)
    })
  },
  {
    setUp: {
      ...SET_UP,
      users: [...PEOPLE, { email: 'gil@example.com', email_verified: true, password: 'a password of gil' }],
    },
  },
)
