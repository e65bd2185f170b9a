import { decodeJwt as claimsIn, generateKeyPair, SignJWT, UnsecuredJWT } from 'jose'
import { expect, it, vi } from 'vitest'
import type { Agent } from '../support/agent.ts'
import { authorizationRequest, OWN, SET_UP, signIn, type Tokens } from '../support/flows.ts'
import { withHouse } from '../support/on-every-storage.ts'
import { expectCallback, expectPage, withoutFaults } from './answers.ts'
import { GRACE, isSignedIn, signedIn } from './browsers.ts'

const BYE = 'https://portal.example/bye'
const setUp = {
  ...SET_UP,
  clients: SET_UP.clients.map((client) =>
    client.client_id === 'own'
      ? { ...client, post_logout_redirect_uris: ['https://own.example/bye', 'https://own.example/bye?a=1'] }
      : client,
  ),
}

/** Id tokens that are soon old: what is done with them takes no access token. */
withHouse({ storage: 'postgresql', setUp, env: { ACCESS_TOKEN_EXP: '1s' } }, (house) => {
  withoutFaults(house)

  const tokensOf = async (person?: typeof GRACE): Promise<Tokens> =>
    (await signIn(house(), await signedIn(house(), person), OWN, {})).tokens
  const outlive = (idToken: string) =>
    vi.waitUntil(() => Date.now() > (claimsIn(idToken).exp ?? 0) * 1000, { timeout: 5_000 })
  /** As this server would have made it, but for who signed it. */
  const forgeries = async (): Promise<string[]> => {
    const { privateKey } = await generateKeyPair('ES256')
    const payload = claimsIn((await tokensOf()).id_token)
    const forge = (claims: object) =>
      new SignJWT({ ...payload, ...claims }).setProtectedHeader({ alg: 'ES256' }).sign(privateKey)
    const secret = new TextEncoder().encode(OWN.secret)
    return [
      await forge({}),
      await forge({ iss: 'https://evil.example' }),
      await new SignJWT(payload).setProtectedHeader({ alg: 'HS256' }).sign(secret),
      new UnsecuredJWT(payload).encode(),
      'nonsense',
      'a.b.c',
    ]
  }

  it('A-138 the hint of somebody else gets no code for the person who is signed in, however old it is', async () => {
    const agent = await signedIn(house())
    const request = authorizationRequest(OWN, {
      prompt: 'none',
      id_token_hint: (await tokensOf(GRACE)).id_token,
    })
    expectCallback(await agent.request(request.url), OWN, request, 'login_required')
    await outlive(new URL(request.url, house().issuer).searchParams.get('id_token_hint') ?? '')
    expectCallback(await agent.request(request.url), OWN, request, 'login_required')
  })

  it('A-138 what this server did not sign is no hint', async () => {
    const agent = await signedIn(house())
    for (const hint of await forgeries()) {
      const request = authorizationRequest(OWN, { prompt: 'none', id_token_hint: hint })
      expectCallback(await agent.request(request.url), OWN, request, 'invalid_request')
    }
  })

  it('A-319 nobody is signed out without the confirmation of the person', async () => {
    const agent = await signedIn(house())
    const { id_token: foreign } = await tokensOf(GRACE)
    const cross = { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' }
    await agent.request('/oauth2/logout', { headers: { ...cross, 'sec-fetch-dest': 'image' } })
    await agent.request('/oauth2/logout', { headers: cross, form: { logout: 'yes' } })
    await agent.request('/oauth2/logout/confirm', { headers: cross, form: { logout: 'yes' } })
    await agent.request('/oauth2/logout/confirm', { headers: cross, form: { logout: 'yes', xsrf: 'x' } })
    await agent.request('/oauth2/logout/confirm')
    await agent.request(`/oauth2/logout?id_token_hint=${foreign}`)
    await agent.request('/oauth2/logout?logout=yes')
    expect(await isSignedIn(agent)).toBe(true)
  })

  it('A-319 the proof of one browser is none for another', async () => {
    const [ada, grace] = [await signedIn(house()), await signedIn(house(), GRACE)]
    const page = await grace.request('/oauth2/logout')
    await ada.request('/oauth2/logout')
    expectPage(await ada.submit(page, '/oauth2/logout/confirm', { logout: 'yes' }), 400, 'invalid_request')
    expect([await isSignedIn(ada), await isSignedIn(grace)]).toEqual([true, true])
  })

  const logout = (agent: Agent, parameters: Record<string, string>) =>
    agent.request(`/oauth2/logout?${new URLSearchParams(parameters)}`)

  it.each([
    'https://evil.example/bye',
    BYE,
    'https://own.example/bye/more',
    'https://own.example/by',
    'https://own.example.evil.example/bye',
    'https://own.example@evil.example/bye',
    '//own.example/bye',
    'javascript:alert(1)',
  ])('A-320 people are not sent to an address that the client did not register: %s', async (uri) => {
    const agent = await signedIn(house())
    for (const asking of [{ client_id: 'own' }, { id_token_hint: (await tokensOf()).id_token }]) {
      const answer = await logout(agent, { ...asking, post_logout_redirect_uri: uri })
      expectPage(answer, 400, 'invalid_request')
    }
    expect(await isSignedIn(agent)).toBe(true)
  })

  it('A-320 an address counts for nothing when nobody says whose it is', async () => {
    const agent = await signedIn(house())
    const page = await logout(agent, { post_logout_redirect_uri: BYE, state: 's' })
    const left = await agent.submit(page, '/oauth2/logout/confirm', { logout: 'yes' })
    expect(left.location).toBe(`${house().issuer}/oauth2/logout/success`)
    expect(await isSignedIn(agent)).toBe(false)
  })

  it('A-320 a state goes back encoded, beside what the address already has', async () => {
    const agent = await signedIn(house())
    const state = '"><script>&b=2\r\nx: y'
    const page = await logout(agent, {
      client_id: 'own',
      post_logout_redirect_uri: 'https://own.example/bye?a=1',
      state,
    })
    const left = await agent.submit(page, '/oauth2/logout/confirm', { logout: 'yes' })
    expect(left.headers.get('location')).toMatch(/^https:\/\/own\.example\/bye\?[\x21-\x7e]+$/)
    expect([...new URL(left.location ?? '').searchParams]).toEqual([
      ['a', '1'],
      ['state', state],
    ])
  })

  it('A-320 a hint that this server did not sign ends at a page', async () => {
    const agent = await signedIn(house())
    for (const hint of await forgeries()) {
      const answer = await logout(agent, {
        id_token_hint: hint,
        post_logout_redirect_uri: 'https://own.example/bye',
      })
      expectPage(answer, 400, 'invalid_request')
    }
    expect(await isSignedIn(agent)).toBe(true)
  })

  it('A-320 a hint of ours is taken when it is old, and the person is still asked', async () => {
    const agent = await signedIn(house())
    const { tokens } = await signIn(house(), agent, OWN, {})
    await outlive(tokens.id_token)
    const page = await logout(agent, {
      id_token_hint: tokens.id_token,
      post_logout_redirect_uri: 'https://own.example/bye',
    })
    expect([page.status, await isSignedIn(agent)]).toEqual([200, true])
    const left = await agent.submit(page, '/oauth2/logout/confirm', { logout: 'yes' })
    expect([left.location, await isSignedIn(agent)]).toEqual(['https://own.example/bye', false])
  })
})
