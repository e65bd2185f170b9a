/** What the operator demands of a sign-in, of everybody or for one client, whatever the browser asks for. */
import { decodeJwt } from 'jose'
import { expect, it } from 'vitest'
import type { Agent, Answer } from '../support/agent.ts'
import { credentials, login, refreshBy, tokenOf } from '../support/first-party.ts'
import {
  agentOf,
  authorizationRequest,
  exchange,
  follow,
  OWN,
  type RelyingParty,
  SET_UP,
} from '../support/flows.ts'
import { onBothStorages } from '../support/on-every-storage.ts'
import { totpCode, withRecoveryCodes, withTotp } from '../support/second-factors.ts'
import { trailOf } from '../support/trail.ts'
import { withoutFaults } from './answers.ts'
import { atPage, callbackAfter, isSignedIn } from './browsers.ts'
import { SOON } from './probes.ts'

const PEOPLE = ['ada', 'bob', 'cy', 'dee', 'eve', 'fay'].map((name) => ({
  ...{ email: `${name}@example.com`, email_verified: true, password: `a password of ${name}` },
}))
type Person = (typeof PEOPLE)[number]
const [ADA, BOB, CY, DEE, EVE, FAY] = PEOPLE as [Person, Person, Person, Person, Person, Person]

const client = (clientId: string, signIn: object): [RelyingParty, object] => {
  const rp = {
    clientId,
    secret: `${clientId}-secret-0123456789`,
    redirectUri: `https://${clientId}.example/cb`,
  }
  const entry = { client_id: clientId, client_secret: rp.secret, redirect_uris: [rp.redirectUri] }
  return [rp, { ...entry, first_party: true, sign_in: signIn }]
}
const [STRICT, strict] = client('strict', { level: '2fa' })
const [APPS, apps] = client('apps', { level: '2fa', methods: ['password', 'totp'] })
const [BRIEF, brief] = client('brief', { session_length: '1s' })
const [WARY, wary] = client('wary', { remember_device: '0' })

const TWO_FACTORS = { acr: 'urn:gatehouse:acr:2fa', amr: ['pwd', 'otp', 'mfa'] }

onBothStorages(
  (house) => {
    withoutFaults(house)

    const withPassword = async (agent: Agent, rp: RelyingParty, { email, password }: Person) => {
      const { request, at, page } = await atPage(house(), agent, rp)
      const sent = await agent.submit(page, at, { username: email, password })
      return { request, sent, ...(await follow(agent, house().issuer, sent.location ?? at)) }
    }
    const idTokenOf = async (agent: Agent, rp: RelyingParty, verifier: string, sent: Answer) => {
      const code = (await callbackAfter(house(), agent, sent))?.searchParams.get('code') ?? ''
      return decodeJwt(String((await exchange(agent, rp, code, verifier)).json()['id_token']))
    }

    it('A-457 what policy does not take is neither offered nor accepted', async () => {
      const secret = await withTotp(house(), ADA.email)
      const [code = ''] = await withRecoveryCodes(house(), ADA.email)
      const agent = agentOf(house())
      const { request, at, page } = await withPassword(agent, APPS, ADA)
      expect(page.text).toContain('value="totp"')
      expect(page.text).not.toContain('recovery-codes')
      for (const fields of [
        { method: 'recovery-codes' },
        { method: 'recovery-codes', code },
        { method: 'sms-code' },
        { method: 'email-code', code: '000000' },
        { method: 'dance', code: '000000' },
      ]) {
        const sent = await agent.submit(page, at, fields)
        expect([fields, sent.status, sent.text.includes('role="alert"')]).toEqual([fields, 400, true])
      }
      const sent = await agent.submit(page, at, { code: totpCode(secret) })
      expect(await idTokenOf(agent, APPS, request.verifier, sent)).toMatchObject(TWO_FACTORS)
    })

    it('A-457 what was proven by a method that a client does not take counts for nothing there', async () => {
      const secret = await withTotp(house(), BOB.email)
      const [code = ''] = await withRecoveryCodes(house(), BOB.email)
      const agent = agentOf(house())
      const { at, page } = await withPassword(agent, OWN, BOB)
      await callbackAfter(house(), agent, await agent.submit(page, at, { method: 'recovery-codes', code }))
      expect(await isSignedIn(agent)).toBe(true)
      const silent = await agent.request(authorizationRequest(APPS, { prompt: 'none' }).url)
      expect(silent.location).toContain('error=login_required')
      const asked = await atPage(house(), agent, APPS)
      expect(asked.page.text).toContain('value="totp"')
      const sent = await agent.submit(asked.page, asked.at, { code: totpCode(secret) })
      expect(await idTokenOf(agent, APPS, asked.request.verifier, sent)).toMatchObject(TWO_FACTORS)
    })

    it('A-467 a client that needs two factors gets no session of one, and `prompt=none` does not help', async () => {
      const agent = agentOf(house())
      await withPassword(agent, OWN, CY)
      expect(await isSignedIn(agent)).toBe(true)
      const secret = await withTotp(house(), CY.email)
      const silent = await agent.request(authorizationRequest(STRICT, { prompt: 'none' }).url)
      expect(silent.location).toContain('error=login_required')
      const asked = await atPage(house(), agent, STRICT)
      expect(asked.page.text).toContain('name="code"')
      const sent = await agent.submit(asked.page, asked.at, { code: totpCode(secret) })
      expect(await idTokenOf(agent, STRICT, asked.request.verifier, sent)).toMatchObject(TWO_FACTORS)
      expect(await isSignedIn(agent)).toBe(true)
    })

    it('A-459 no device is remembered where policy says so, nor is one that was remembered taken', async () => {
      const secret = await withTotp(house(), DEE.email)
      const agent = agentOf(house())
      const first = await withPassword(agent, WARY, DEE)
      expect(first.page.text).not.toContain('name="remember"')
      await callbackAfter(
        house(),
        agent,
        await agent.submit(first.page, first.at, { code: totpCode(secret, -1), remember: 'on' }),
      )
      const onSameDevice = () => {
        const kept = agentOf(house())
        kept.cookies.push(...agent.cookies.filter(({ name }) => name.includes('device')))
        return kept
      }
      const again = (rp: RelyingParty) => withPassword(onSameDevice(), rp, DEE)
      const kept = onSameDevice()
      const second = await withPassword(kept, OWN, DEE)
      expect(second.page.text).toContain('name="remember"')
      const fields = { code: totpCode(secret), remember: 'on' }
      expect((await kept.submit(second.page, second.at, fields)).status).toBe(303)
      expect((await again(OWN)).page.location).toContain('code=')
      expect((await again(WARY)).page.text).toContain('name="code"')
    })

    it('A-606 with more sessions than policy allows the oldest ends, and its refresh tokens with it', async () => {
      const page = agentOf(house())
      const token = tokenOf(await login(page, credentials(FAY)))
      const browsers = [agentOf(house()), agentOf(house()), agentOf(house())]
      for (const agent of browsers) await withPassword(agent, OWN, FAY)
      const alive = () => Promise.all(browsers.map(isSignedIn))
      expect((await refreshBy(page, token)).status).toBe(401)
      await expect.poll(alive, SOON).toEqual([true, true, true])
      await withPassword(agentOf(house()), OWN, FAY)
      await expect.poll(alive, SOON).toEqual([false, true, true])
      const ended = (await trailOf(house())).filter(({ event }) => event['reason'] === 'too_many')
      expect(ended.map(({ event }) => event.type)).toContain('session.revoked')
    })

    it('A-606 a client may want a fresher session than others do', async () => {
      const agent = agentOf(house())
      await withPassword(agent, BRIEF, EVE)
      expect(await isSignedIn(agent)).toBe(true)
      const asks = async () => (await atPage(house(), agent, BRIEF)).page.text.includes('name="username"')
      await expect.poll(asks, SOON).toBe(true)
      expect(await isSignedIn(agent)).toBe(true)
    })
  },
  {
    setUp: {
      ...SET_UP,
      policies: { sign_in: { max_sessions: 3 } },
      clients: [...SET_UP.clients, strict, apps, brief, wary],
      users: PEOPLE,
    },
  },
)
