/** Who took part in a session is told that it has ended, however it ends: OpenID Connect Back-Channel Logout 1.0. */
import { createRemoteJWKSet, decodeJwt, type JWTPayload, jwtVerify } from 'jose'
import { afterAll, expect, it } from 'vitest'
import type { Agent } from '../support/agent.ts'
import {
  agentOf,
  authorizationRequest,
  authorize,
  OWN,
  PERSON,
  PORTAL,
  type RelyingParty,
  refresh,
  SET_UP,
  signIn,
} from '../support/flows.ts'
import type { House } from '../support/house.ts'
import { onBothStorages } from '../support/on-every-storage.ts'
import { startReceiver } from '../support/receiver.ts'
import { commandWithin } from '../support/within.ts'
import { expectCallback, expectPage, withoutFaults } from './answers.ts'
import { GRACE } from './browsers.ts'
import { call } from './probes.ts'

const LEAVING = { email: 'leaving@example.com', password: 'two weeks notice 1999' }
const MOVING = { email: 'moving@example.com', password: 'boxes and tape 2004' }
const SOON = { timeout: 15_000, interval: 50 }

const receiver = await startReceiver()
afterAll(() => receiver.close())

/** Portal and Own are told, Other takes no part; App has nowhere to be told. */
const setUp = {
  ...SET_UP,
  clients: [
    ...SET_UP.clients.map((client) =>
      ['portal', 'own'].includes(client.client_id)
        ? { ...client, backchannel_logout_uri: receiver.url(`/${client.client_id}`) }
        : client,
    ),
    {
      client_id: 'other',
      profile: 'spa',
      redirect_uris: ['https://other.example/cb'],
      backchannel_logout_uri: receiver.url('/other'),
      backchannel_logout_session_required: true,
    },
  ],
  users: [...SET_UP.users, ...[LEAVING, MOVING].map((person) => ({ ...person, email_verified: true }))],
}
const env = { OUTBOUND_ALLOW_PRIVATE: 'true', REFRESH_REUSE_GRACE: '0' }

const tokensTo = (path: string): string[] =>
  receiver.calls(path).map(({ body }) => new URLSearchParams(body).get('logout_token') ?? '')

const toldOf = ({ sub, sid }: JWTPayload, path: string): string[] =>
  tokensTo(path).filter((token) => {
    const told = decodeJwt(token)
    return told.sub === sub && told['sid'] === sid
  })

const untilTold = (session: JWTPayload, path: string) =>
  expect.poll(() => toldOf(session, path).length, SOON).toBe(1)

async function signOut(agent: Agent): Promise<void> {
  const page = await agent.request('/oauth2/logout')
  expect((await agent.submit(page, '/oauth2/logout/confirm', { logout: 'yes' })).status).toBe(303)
}

const command = async (house: House, ...args: string[]): Promise<string> =>
  (await commandWithin(house, args)).stdout

/** As an operator finds it: by the grants that were made in it. */
async function sessionOf(house: House, email: string): Promise<string> {
  const stdout = await command(house, 'sessions', 'list', '--json', '--user', email)
  return (JSON.parse(stdout.split('\n')[0] ?? '') as { session: string }).session
}

/** Each way to end a session, and whose it is. */
const WAYS: Record<string, [person: typeof PERSON, end: (house: House, agent: Agent) => Promise<unknown>]> = {
  'a reuse': [
    PERSON,
    async (house, agent) => {
      const { tokens } = await signIn(house, agent, PORTAL)
      await refresh(agent, PORTAL, tokens.refresh_token)
      expect((await refresh(agent, PORTAL, tokens.refresh_token)).status).toBe(400)
    },
  ],
  'an operator, for one session': [
    GRACE,
    async (house) => command(house, 'sessions', 'revoke', '--session', await sessionOf(house, GRACE.email)),
  ],
  'an operator, for a person': [
    MOVING,
    (house) => command(house, 'sessions', 'revoke', '--user', MOVING.email),
  ],
  'the end of an account': [LEAVING, (house) => command(house, 'user', 'disable', LEAVING.email)],
}

onBothStorages(
  (house) => {
    withoutFaults(house)
    const idTokenOf = async (agent: Agent, rp: RelyingParty, person = PERSON): Promise<JWTPayload> =>
      decodeJwt((await signIn(house(), agent, rp, {}, person)).tokens.id_token)

    it('A-322 who signs out is signed out by a token of its own at each client that took part', async () => {
      const agent = agentOf(house())
      const [portal, own] = [await idTokenOf(agent, PORTAL), await idTokenOf(agent, OWN)]
      expect(portal['sid']).toMatch(/^[\w-]{21,}$/)
      expect(portal['sid']).not.toBe(own['sid'])
      await signOut(agent)
      await Promise.all([untilTold(portal, '/portal'), untilTold(own, '/own')])

      const keys = createRemoteJWKSet(new URL('/oauth2/jwks', house().nodes[0]?.url))
      const [token = ''] = toldOf(portal, '/portal')
      const { payload, protectedHeader } = await jwtVerify(token, keys, { typ: 'logout+jwt' })
      expect(protectedHeader).toEqual({ alg: 'ES256', typ: 'logout+jwt', kid: expect.any(String) })
      expect(payload).toEqual({
        iss: house().issuer,
        aud: 'portal',
        sub: portal.sub,
        sid: portal['sid'],
        jti: expect.stringMatching(/^[\w-]{22}$/),
        iat: expect.any(Number),
        exp: (payload.iat ?? 0) + 120,
        events: { 'http://schemas.openid.net/event/backchannel-logout': {} },
      })
      const { method, headers = {} } = receiver.calls('/portal').at(-1) ?? {}
      expect([method, headers['content-type']]).toEqual(['POST', 'application/x-www-form-urlencoded'])
      const sent = ['connection', 'content-length', 'content-type', 'host']
      expect(Object.keys(headers).toSorted()).toEqual(sent)
      expect(tokensTo('/other')).toEqual([])
    })

    it('A-229 a logout token passes for nothing else', async () => {
      const [agent, token = ''] = [agentOf(house()), tokensTo('/own').at(-1)]
      const headers = { accept: 'application/json', authorization: `Bearer ${token}` }
      expect((await agent.request('/oauth2/userinfo', { headers })).status).toBe(401)
      expectPage(await agent.request(`/oauth2/logout?id_token_hint=${token}`), 400, 'invalid_request')
      const request = authorizationRequest(OWN, { prompt: 'none', id_token_hint: token })
      expectCallback(await agent.request(request.url), OWN, request, 'invalid_request')
    })

    it('A-222 L-7 they are told however it ends', async () => {
      const told = Object.entries(WAYS).map(async ([way, [person, end]]) => {
        const agent = agentOf(house())
        const own = await idTokenOf(agent, OWN, person)
        const portal = await idTokenOf(agent, PORTAL, person)
        await end(house(), agent)
        await Promise.all([untilTold(portal, '/portal'), untilTold(own, '/own')])
        return way
      })
      expect(await Promise.all(told)).toEqual(Object.keys(WAYS))
      // Nobody has said how mail goes out: it waits where whoever runs this can read it.
      const mailbox = async () => (await agentOf(house()).request('/dev/mailbox')).text
      await expect.poll(mailbox, SOON).toContain('You were signed out to be safe')
    })

    it('a client that gives back its own tokens signs nobody out; a later sign-in has another name', async () => {
      const agent = agentOf(house())
      const { tokens } = await signIn(house(), agent, PORTAL)
      const [portal, own] = [decodeJwt(tokens.id_token), await idTokenOf(agent, OWN)]
      await call(agent, '/oauth2/revoke', { token: tokens.refresh_token }, PORTAL)
      const another = agentOf(house())
      const after = await idTokenOf(another, PORTAL)
      await signOut(another)
      await untilTold(after, '/portal')
      expect(toldOf(portal, '/portal')).toEqual([])
      await signOut(agent)
      await Promise.all([untilTold(portal, '/portal'), untilTold(own, '/own')])
      await authorize(house(), agent, authorizationRequest(OWN))
      expect((await idTokenOf(agent, OWN))['sid']).not.toBe(own['sid'])
    })

    it('is announced', async () => {
      const { json } = await agentOf(house()).request('/.well-known/openid-configuration')
      const supported = { backchannel_logout_supported: true, backchannel_logout_session_supported: true }
      expect(json()).toMatchObject(supported)
    })
  },
  { nodes: 1, setUp, env },
)
