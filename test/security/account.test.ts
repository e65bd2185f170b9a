/** Who gets to see `/account`, by what way, and for how long. */
import { describe, expect, it } from 'vitest'
import { csrfOf, mayOpen, openAccount, sendForm } from '../support/account.ts'
import type { Agent } from '../support/agent.ts'
import { agentOf, authorizationRequest, follow, PERSON, PORTAL, refresh, signIn } from '../support/flows.ts'
import { onBothStorages } from '../support/on-every-storage.ts'
import { trailOf } from '../support/trail.ts'
import { commandWithin } from '../support/within.ts'
import { withoutFaults } from './answers.ts'
import { GRACE, isSignedIn, signedIn } from './browsers.ts'
import { SOON } from './probes.ts'

const cookieHeader = (agent: Agent): string =>
  agent.cookies.map(({ name, value }) => `${name}=${value}`).join('; ')

const ELSEWHERE = [
  'https://evil.example/',
  '//evil.example',
  '/\\evil.example',
  '/account/..//evil.example',
  '/account\\evil.example',
  '/accounts',
  '/account#https://evil.example',
  '/account?x=\r\nlocation: https://evil.example',
  '/oauth2/logout',
  '/account/callback?state=/account',
  `/account?${'x'.repeat(2000)}`,
]

onBothStorages((house) => {
  withoutFaults(house)

  describe('the way in', () => {
    it('goes by the house’s own sign-in, which names no application, and back to what was asked for', async () => {
      const agent = agentOf(house())
      const { page } = await follow(agent, house().issuer, '/account?done=nothing')
      expect([page.status, page.text.includes('to continue to')]).toEqual([200, false])
      const opened = await openAccount(house(), { agent, path: '/account?done=nothing' })
      expect(opened.at).toBe(`${house().issuer}/account?done=nothing`)
      expect(opened.page.text).toContain(PERSON.email)
      expect(opened.page.headers.get('cache-control')).toBe('no-store')
    })

    it('is open to who is signed in already, without a question', async () => {
      expect((await openAccount(house(), { agent: await signedIn(house()) })).page.status).toBe(200)
    })

    it('brings nothing that could be redeemed, and a session of its own value', async () => {
      const agent = agentOf(house())
      const { page, at } = await follow(agent, house().issuer, '/account')
      const sent = await agent.submit(page, at, { username: PERSON.email, password: PERSON.password })
      const { location = '' } = await agent.request(sent.location ?? '')
      const back = new URL(location)
      expect([back.pathname, [...back.searchParams.keys()].sort()]).toEqual([
        '/account/callback',
        ['iss', 'state'],
      ])
      expect(cookieHeader(agent)).toContain('gh_session=')
      expect((await agent.request(location)).text).not.toContain(
        agent.cookies.find(({ name }) => name === 'gh_session')?.value,
      )
    })

    it('leads nowhere else', async () => {
      const agent = await signedIn(house())
      for (const state of ELSEWHERE) {
        const { status, location } = await agent.request(
          `/account/callback?${new URLSearchParams({ state })}`,
        )
        expect([state, status, location]).toEqual([state, 303, `${house().issuer}/account`])
      }
    })

    it('says so to a browser that keeps no cookies, instead of sending it round', async () => {
      const { status, location } = await agentOf(house()).request('/account/callback?state=/account')
      expect([status, location]).toEqual([400, undefined])
    })

    it('has a client that nobody else can be', async () => {
      const metadata = (await agentOf(house()).request('/.well-known/openid-configuration')).json()
      expect(metadata['response_types_supported']).toEqual(['code'])
      const agent = agentOf(house())
      for (const [path, form] of [
        ['/oauth2/token', { grant_type: 'refresh_token', refresh_token: 'x' }],
        ['/oauth2/par', { response_type: 'none', redirect_uri: `${house().issuer}/account/callback` }],
        ['/oauth2/revoke', { token: 'x' }],
      ] as const) {
        const answer = await agent.request(path, { form: { client_id: 'account', ...form } })
        expect([path, answer.status, answer.json()['error']]).toEqual([path, 401, 'invalid_client'])
      }
      const code = authorizationRequest({
        clientId: 'account',
        redirectUri: `${house().issuer}/account/callback`,
      })
      const back = new URL((await agent.request(code.url)).location ?? '')
      expect(back.searchParams.get('error_description')).toContain('response_type')
      expect(back.searchParams.has('code')).toBe(false)
      await expect(
        commandWithin(house(), [
          'client',
          'create',
          'account',
          '--profile',
          'spa',
          '--redirect-uri',
          'https://a.example/',
        ]),
      ).rejects.toThrow('is built in')
    })
  })

  describe('A-605 the pages are closed, on every node', () => {
    const closes = async (agent: Agent): Promise<void> => {
      for (const { url } of house().nodes)
        await expect.poll(() => mayOpen(agent, '/account', url), SOON).toBe(false)
    }

    it('once the session is revoked, or all of the person’s', async () => {
      const [one, other] = [await signedIn(house(), GRACE), await signedIn(house(), GRACE)]
      const session = (await commandWithin(house(), ['sessions', 'list', '--user', GRACE.email, '--json']))
        .stdout
      const first = JSON.parse(session.split('\n')[0] ?? '') as { session: string }
      await commandWithin(house(), ['sessions', 'revoke', '--session', first.session])
      await expect
        .poll(async () => [await mayOpen(one), await mayOpen(other)].filter(Boolean), SOON)
        .toEqual([true])
      await commandWithin(house(), ['sessions', 'revoke', '--user', GRACE.email])
      await closes(one)
      await closes(other)
    })

    it('once the account is disabled', async () => {
      const agent = await signedIn(house(), GRACE)
      await commandWithin(house(), ['user', 'disable', GRACE.email])
      await closes(agent)
      await commandWithin(house(), ['user', 'enable', GRACE.email])
    })
  })

  describe('signing out there', () => {
    it('A-604 ends the session and what came of it, and leaves nothing private in the browser', async () => {
      const kept = agentOf(house())
      const { tokens } = await signIn(house(), kept, PORTAL)
      const { agent, page } = await openAccount(house(), { agent: kept })
      const before = cookieHeader(agent)
      const left = await agent.submit(page, '/account/sign-out', {})
      expect([left.status, left.location]).toEqual([303, `${house().issuer}/account/signed-out`])
      expect(left.headers.get('clear-site-data')).toBe('"cache"')
      expect((await agent.request('/account/signed-out')).text).toContain('You’re signed out')
      const replayed = agentOf(house(), 0, { cookie: before })
      expect([await mayOpen(replayed), await isSignedIn(replayed)]).toEqual([false, false])
      // A plain sign-out: what was allowed to outlive it does.
      expect((await refresh(agentOf(house()), PORTAL, tokens.refresh_token)).status).toBe(200)
      const told = (await trailOf(house())).filter(({ event }) => event.type === 'session.ended')
      expect(told.at(-1)?.event['session']).toEqual(expect.any(String))
    })

    it('A-461 is not done by another site, by a form of nobody’s, or by that of another session', async () => {
      const { agent } = await openAccount(house())
      const other = await openAccount(house(), { person: GRACE })
      const twin = await openAccount(house())
      const csrf = csrfOf((await openAccount(house(), { agent })).page)
      const refused = [
        await sendForm(agent, '/account/sign-out', { csrf }, { origin: 'https://evil.example' }),
        await sendForm(agent, '/account/sign-out', { csrf }, { 'sec-fetch-site': 'same-site' }),
        await sendForm(agent, '/account/sign-out', { csrf }, {}),
        await sendForm(agent, '/account/sign-out', {}),
        await sendForm(agent, '/account/sign-out', { csrf: csrfOf(other.page) }),
        await sendForm(agent, '/account/sign-out', { csrf: csrfOf(twin.page) }),
      ]
      expect(refused.map(({ status }) => status)).toEqual(refused.map(() => 403))
      expect(await mayOpen(agent)).toBe(true)
      expect((await sendForm(agent, '/account/sign-out', { csrf })).status).toBe(303)
      expect(await mayOpen(agent)).toBe(false)
    })
  })

  it('the addresses that everybody knows lead there', async () => {
    const agent = agentOf(house())
    expect((await agent.request('/')).location).toBe(`${house().issuer}/account`)
    expect((await agent.request('/.well-known/change-password')).location).toContain(
      `${house().issuer}/account`,
    )
  })
})
