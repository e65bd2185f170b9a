/** An application that asks for a new account first (Initiating User Registration via OpenID Connect 1.0). */
import { decodeJwt } from 'jose'
import { afterAll, beforeEach, expect, it } from 'vitest'
import { type Agent, type Answer, hiddenFields } from '../support/agent.ts'
import {
  type AuthorizationRequest,
  agentOf,
  authorizationRequest,
  basic,
  exchange,
  follow,
  OWN,
  PERSON,
  PORTAL,
  type RelyingParty,
} from '../support/flows.ts'
import { startMailServer } from '../support/mail-server.ts'
import { onBothStorages, withHouse } from '../support/on-every-storage.ts'
import { codeOn, expectCallback, withoutFaults } from './answers.ts'
import { atPage, callbackAfter, isSignedIn, signedIn } from './browsers.ts'
import { linkTo, useLink } from './resets.ts'

const mails = await startMailServer()
afterAll(() => mails.close())

const PASSWORD = 'differential machine 1822'
const CREATE = { prompt: 'create' }

onBothStorages(
  (house) => {
    withoutFaults(house)
    beforeEach(() => {
      mails.received.length = 0
    })

    /** As somebody without an account does: the form, the mail's link, and the way back. */
    const makeAccount = async (agent: Agent, page: Answer, email: string) => {
      await agent.submit(page, '/register', { name: 'Charles Babbage', email, password: PASSWORD })
      const done = await useLink(agent, await linkTo(mails, email, '/register/confirm'), {})
      return wayBack(await agent.request(done.location ?? ''))
    }
    const wayBack = ({ text }: Answer): string => /href="(\/interaction\/[^"]+)"/.exec(text)?.[1] ?? ''
    const isRegistering = ({ at, page }: { at: string; page: Answer }): boolean =>
      new URL(at, house().issuer).pathname === '/register' && page.text.includes('name="name"')
    const goBack = (agent: Agent, href: string) => follow(agent, house().issuer, href)
    const signIn = async (agent: Agent, there: { at: string; page: Answer }, email: string) =>
      agent.submit(there.page, there.at, { username: email, password: PASSWORD })
    const claimsOf = async (
      agent: Agent,
      rp: RelyingParty,
      { verifier }: AuthorizationRequest,
      sent: Answer,
    ) => {
      const code = (await callbackAfter(house(), agent, sent))?.searchParams.get('code') ?? ''
      const { id_token: idToken, access_token: token } = (await exchange(agent, rp, code, verifier)).json()
      const told = await agent.request('/oauth2/userinfo', { headers: { authorization: `Bearer ${token}` } })
      return { ...decodeJwt(String(idToken)), ...told.json() }
    }

    it('leads to a new account, back into the request, and to its client as who signs in there', async () => {
      const email = 'new@example.com'
      const agent = agentOf(house())
      const { request, ...begun } = await atPage(house(), agent, OWN, { ...CREATE, login_hint: email })
      expect([isRegistering(begun), begun.page.text.includes(`value="${email}"`)]).toEqual([true, true])
      // Nobody gets past it by the way on, and going back shows it again.
      const uid = new URL(begun.at).searchParams.get('uid') ?? ''
      let there = begun
      for (const path of [`/interaction/${uid}`, `/oauth2/authorize/${uid}`]) {
        there = await follow(agent, house().issuer, path)
        expect([path, isRegistering(there)]).toEqual([path, true])
      }
      const back = await goBack(agent, await makeAccount(agent, there.page, email))
      expect([await isSignedIn(agent), back.page.text.includes(`value="${email}"`)]).toEqual([false, true])
      const sent = await signIn(agent, back, email)
      expect(await claimsOf(agent, OWN, request, sent)).toMatchObject({ email, email_verified: true })
      expect(await isSignedIn(agent)).toBe(true)
    })

    it('whoever has an account already goes back and signs in; consent is asked for as ever', async () => {
      const agent = agentOf(house())
      const { request, page } = await atPage(house(), agent, PORTAL, { prompt: 'create consent' })
      const there = await goBack(agent, wayBack(page))
      const sent = await agent.submit(there.page, there.at, {
        ...{ username: PERSON.email, password: PERSON.password },
      })
      const asked = await follow(agent, house().issuer, sent.location ?? '')
      expect(asked.page.text).toContain('name="decision"')
      const allowed = await agent.submit(asked.page, asked.at, { decision: 'approve' })
      expect(await claimsOf(agent, PORTAL, request, allowed)).toMatchObject({ email: PERSON.email })
    })

    it('who is signed in here already is nobody’s new account: whose it is signs in', async () => {
      const email = 'second@example.com'
      const agent = await signedIn(house())
      const { request, ...begun } = await atPage(house(), agent, OWN, CREATE)
      expect(isRegistering(begun)).toBe(true)
      const there = await goBack(agent, await makeAccount(agent, begun.page, email))
      expect([there.page.status, there.page.text.includes('name="username"')]).toEqual([200, true])
      const sent = await signIn(agent, there, email)
      const { at, page } = await follow(agent, house().issuer, sent.location ?? '')
      // The one who was there is signed out first, by a form that sends itself.
      const action = /action="([^"]+)"/.exec(page.text)?.[1]
      const on = action === undefined ? sent : await agent.submit(page, action, hiddenFields(page.text))
      expect(await claimsOf(agent, OWN, request, on)).toMatchObject({ email })
      expect(at).toBeTruthy()
    })

    it('is its browser’s own, works by a pushed request, and goes with no `none`', async () => {
      const agent = agentOf(house())
      const { page } = await atPage(house(), agent, OWN, CREATE)
      const stolen = await agentOf(house()).request(wayBack(page))
      expect([stolen.status, codeOn(stolen)]).toEqual([400, 'interaction_expired'])

      const request = authorizationRequest(OWN, CREATE)
      const form = Object.fromEntries(new URL(request.url, 'http://x').searchParams)
      const pushed = await agent.request('/oauth2/par', { form, headers: basic(OWN) })
      const query = new URLSearchParams({
        client_id: 'own',
        request_uri: String(pushed.json()['request_uri']),
      })
      expect(isRegistering(await follow(agent, house().issuer, `/oauth2/authorize?${query}`))).toBe(true)

      const both = authorizationRequest(OWN, { prompt: 'create none' })
      expectCallback(await agent.request(both.url), OWN, both, 'invalid_request')
    })

    it('is offered by the metadata', async () => {
      const metadata = (await agentOf(house()).request('/.well-known/openid-configuration')).json()
      expect(metadata['prompt_values_supported']).toEqual(['none', 'login', 'consent', 'create'])
    })
  },
  { env: mails.env },
)

withHouse({ storage: 'embedded', env: { REGISTRATION: 'off' } }, (house) => {
  it('where nobody makes an account themselves it is not offered, and refused as every value that is none', async () => {
    const agent = agentOf(house())
    const metadata = (await agent.request('/.well-known/openid-configuration')).json()
    expect(metadata['prompt_values_supported']).toEqual(['none', 'login', 'consent'])
    const request = authorizationRequest(OWN, CREATE)
    expectCallback(await agent.request(request.url), OWN, request, 'invalid_request')
  })
})
