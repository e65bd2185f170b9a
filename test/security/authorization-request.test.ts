import { Client } from 'pg'
import { describe, expect, it } from 'vitest'
import type { Answer } from '../support/agent.ts'
import {
  agentOf,
  authorizationRequest,
  authorize,
  exchange,
  OWN,
  PORTAL,
  type RelyingParty,
  SET_UP,
  tokenRequest,
} from '../support/flows.ts'
import { withHouse } from '../support/on-every-storage.ts'
import { startReceiver } from '../support/receiver.ts'
import { expectCallback, expectJson, expectPage, withoutFaults } from './answers.ts'

/** Set up, and then deleted or switched off before anybody asks for it. */
const LOST: RelyingParty = { clientId: 'lost', redirectUri: 'https://lost.example/cb' }
const OFF: RelyingParty = { clientId: 'off', redirectUri: 'https://off.example/cb' }
const HYBRID: RelyingParty = { clientId: 'hybrid', redirectUri: 'https://hybrid.example/cb' }

const setUp = {
  ...SET_UP,
  clients: [
    ...SET_UP.clients,
    ...[LOST, OFF].map((rp) => ({ client_id: rp.clientId, profile: 'spa', redirect_uris: [rp.redirectUri] })),
    {
      client_id: HYBRID.clientId,
      profile: 'spa',
      redirect_uris: [HYBRID.redirectUri],
      response_modes: ['fragment'],
      first_party: true,
    },
  ],
}

withHouse({ storage: 'postgresql', setUp }, (house) => {
  withoutFaults(house)

  const ask = async (over: Record<string, string | undefined>, rp = PORTAL) => {
    const request = authorizationRequest(rp, over)
    return { request, answer: await agentOf(house()).request(request.url) }
  }
  const refuses = (
    name: string,
    cases: readonly Record<string, string | undefined>[],
    error: string | RegExp,
  ) =>
    it.each(cases.map((over) => [JSON.stringify(over).slice(0, 60), over] as const))(
      `${name}: %s`,
      async (_, over) => {
        const { request, answer } = await ask(over)
        expectCallback(answer, PORTAL, request, error)
      },
    )

  it('A-123 a request that lies elsewhere is not fetched', async () => {
    const trap = await startReceiver()
    for (const uri of [
      trap.url('/request.jwt'),
      trap.url('/request.jwt').replace('127.0.0.1', '2130706433'),
      'http://169.254.169.254/latest/meta-data',
      'https://rp.example/request.jwt',
      'file:///etc/passwd',
      'gopher://127.0.0.1:11211/_x',
      'data:application/jwt,x',
    ]) {
      const { request, answer } = await ask({ request_uri: uri })
      expectCallback(answer, PORTAL, request, 'request_uri_not_supported')
    }
    expect(trap.connections()).toBe(0)
    await trap.close()
  })

  describe('A-112 a parameter that occurs twice', () => {
    it('is refused on a page where it is the client', async () => {
      const { url } = authorizationRequest(PORTAL)
      expectPage(await agentOf(house()).request(`${url}&client_id=portal`), 400, 'invalid_request')
    })

    it.each(['scope', 'nonce', 'code_challenge', 'prompt', 'response_type', 'max_age', 'claims'])(
      'is told to the client: %s',
      async (name) => {
        const request = authorizationRequest(PORTAL)
        const answer = await agentOf(house()).request(`${request.url}&${name}=x&${name}=y`)
        expectCallback(answer, PORTAL, request, 'invalid_request')
      },
    )

    it('is told without a state where it is the state', async () => {
      const { url } = authorizationRequest(PORTAL)
      const { location } = await agentOf(house()).request(`${url}&state=other`)
      const { searchParams } = new URL(location ?? '')
      expect([searchParams.get('error'), searchParams.get('state')]).toEqual(['invalid_request', null])
    })
  })

  it('A-114 an unknown, a deleted and a disabled client are answered alike', async () => {
    const database = new Client({ connectionString: house().databaseUrl })
    await database.connect()
    await database.query("delete from clients where client_id = 'lost'")
    await database.query("update clients set disabled_at = now() where client_id = 'off'")
    await database.end()
    const known = authorizationRequest(PORTAL, { state: 's', nonce: 'n', code_challenge: 'c'.repeat(43) })
    const pages = []
    for (const clientId of ['nobody', 'lost', 'off']) {
      const url = known.url.replace('client_id=portal', `client_id=${clientId}`)
      const answer = await agentOf(house()).request(url)
      expectPage(answer, 400, 'invalid_client')
      pages.push(shapeOf(answer).replaceAll(clientId, 'CLIENT'))
    }
    expect(new Set(pages).size).toBe(1)
  })

  it('A-114 a client id that no client can have is refused like any other', async () => {
    for (const clientId of ['\0', '\ud800', 'x'.repeat(5000), "' or 1=1--", '__proto__']) {
      const { answer } = await ask({ client_id: clientId })
      expectPage(answer, 400, 'invalid_client')
    }
  })

  it('A-115 an error before sign-in goes to a client that the operator made', async () => {
    const { request, answer } = await ask({ scope: 'openid "admin"' })
    expectCallback(answer, PORTAL, request, 'invalid_scope')
  })

  refuses(
    'A-116 only the code flow is spoken',
    [
      { response_type: 'token' },
      { response_type: 'id_token' },
      { response_type: 'code token' },
      { response_type: 'code id_token' },
      { response_type: 'none' },
      { response_type: 'password' },
    ],
    // The first is said where the type alone implies a fragment, in which this client takes nothing.
    /^(?:invalid_request|unsupported_response_type)$/,
  )

  refuses(
    'A-117 A-119 a response mode that the client did not register is refused',
    ['fragment', 'form_post.jwt', 'query.jwt', 'jwt', 'web_message', 'xyz'].map((mode) => ({
      response_mode: mode,
    })),
    /^(?:invalid_request|unsupported_response_mode)$/,
  )

  it('A-117 a client that registered the fragment gets its code there', async () => {
    const request = authorizationRequest(HYBRID, { response_mode: 'fragment' })
    const callback = await authorize(house(), agentOf(house()), request)
    expect(callback.search).toBe('')
    expect(new URLSearchParams(callback.hash.slice(1)).get('code')).toBeTruthy()
  })

  refuses(
    'A-126 PKCE is required, by S256 and nothing else',
    [
      { code_challenge: undefined, code_challenge_method: undefined },
      { code_challenge: undefined },
      { code_challenge: '' },
      { code_challenge_method: 'plain' },
      { code_challenge_method: 's256' },
      { code_challenge_method: undefined },
      { code_challenge: 'a'.repeat(42) },
      { code_challenge: 'a'.repeat(129) },
      { code_challenge: `${'a'.repeat(42)}=` },
    ],
    'invalid_request',
  )

  it('A-127 a code is redeemed with its verifier and with nothing that can be had from the request', async () => {
    const agent = agentOf(house())
    const request = authorizationRequest(OWN)
    const callback = await authorize(house(), agent, request)
    const code = callback.searchParams.get('code') ?? ''
    const challenge = new URL(request.url, house().issuer).searchParams.get('code_challenge') ?? ''
    const redeem = (proof: Record<string, string>) =>
      tokenRequest(agent, OWN, {
        grant_type: 'authorization_code',
        code,
        redirect_uri: OWN.redirectUri,
        ...proof,
      })
    expectJson(await redeem({}), 400, 'invalid_grant')
    expectJson(await redeem({ code_verifier: '' }), 400, 'invalid_grant')
    expectJson(await redeem({ code_verifier: challenge }), 400, 'invalid_grant')
    expect((await exchange(agent, OWN, code, request.verifier)).status).toBe(200)
  })
})

/** A page without what differs from one request to the next. */
const shapeOf = (answer: Answer): string =>
  answer.text.replace(/[0-9a-f]{32}/g, 'ID').replace(/<time.*?<\/time>/g, 'TIME')
