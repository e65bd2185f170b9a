import { describe, expect, it } from 'vitest'
import {
  agentOf,
  authorizationRequest,
  authorize,
  basic,
  exchange,
  OWN,
  PORTAL,
  SET_UP,
} from '../support/flows.ts'
import { withHouse } from '../support/on-every-storage.ts'
import { expectCallback, expectJson, withoutFaults } from './answers.ts'
import { atPage, signedIn } from './browsers.ts'
import { userinfo } from './probes.ts'

const setUp = {
  ...SET_UP,
  clients: SET_UP.clients.map((client) =>
    client.client_id === 'own'
      ? { ...client, scope: 'openid profile email offline_access orders:read' }
      : client,
  ),
}

withHouse({ storage: 'postgresql', setUp }, (house) => {
  withoutFaults(house)

  const par = (over: Record<string, string>) =>
    agentOf(house()).request('/oauth2/par', {
      form: Object.fromEntries(new URL(authorizationRequest(OWN, over).url, house().issuer).searchParams),
      headers: { accept: 'application/json', ...basic(OWN) },
    })

  describe('A-118 form_post', () => {
    it.each([undefined, 'none'])(
      'escapes what it carries, and leads to the registered URI only',
      async (prompt) => {
        const agent = prompt === undefined ? await signedIn(house()) : agentOf(house())
        const state = '"><script>alert(1)</script>'
        const { url } = authorizationRequest(OWN, { response_mode: 'form_post', state, prompt })
        const page = await agent.request(url)
        expect([page.status, page.location]).toEqual([prompt === undefined ? 200 : 400, undefined])
        expect(page.text).not.toContain('alert(1)</script>')
        expect(page.text.match(/<form\b[^>]*>/g)).toEqual([
          `<form class="stack" method="post" action="${OWN.redirectUri}">`,
        ])
        const policy = page.headers.get('content-security-policy') ?? ''
        expect(policy).toContain("form-action 'self' https://own.example;")
        expect(policy).toContain("script-src 'self';")
        expect(policy).not.toContain('unsafe')
      },
    )
  })

  describe('A-120 every answer names its issuer', () => {
    it('in its metadata', async () => {
      const metadata = (await agentOf(house()).request('/.well-known/openid-configuration')).json()
      expect(metadata).toMatchObject({
        issuer: house().issuer,
        authorization_response_iss_parameter_supported: true,
      })
    })

    it('with a code', async () => {
      const callback = await authorize(house(), agentOf(house()), authorizationRequest(OWN))
      expect(callback.searchParams.get('iss')).toBe(house().issuer)
    })

    it('in a form', async () => {
      const { url } = authorizationRequest(OWN, { response_mode: 'form_post' })
      const { text } = await (await signedIn(house())).request(url)
      expect(text).toContain(`name="iss" value="${house().issuer}"`)
    })
  })

  it.each([
    ['of 2 kB', 'x'.repeat(2000)],
    ['with signs of every kind', '\u{1f511} é \u2028 \u202e %0d%0aSet-Cookie: a=b & = + # ? / " < >'],
    ['with a line break', 'a\r\nSet-Cookie: tossed=1\r\n\r\n<script>'],
    ['that looks like parameters', '&error=access_denied&code=stolen&iss=https://evil.example'],
  ])('A-131 a state %s comes back as it was given', async (_, state) => {
    const agent = await signedIn(house())
    for (const prompt of [undefined, 'select_account']) {
      const { headers, location = '' } = await agent.request(authorizationRequest(OWN, { state, prompt }).url)
      expect(headers.get('location')).toMatch(/^https:\/\/own\.example\/cb\?[\x21-\x7e]+$/)
      expect(headers.getSetCookie().join()).not.toContain('tossed')
      const { searchParams } = new URL(location)
      expect(searchParams.getAll('state')).toEqual([state])
      expect(searchParams.getAll('code')).not.toContain('stolen')
      expect(searchParams.getAll('error')).toEqual(prompt === undefined ? [] : ['invalid_request'])
    }
  })

  it.each([
    '{"userinfo":',
    '[]',
    'null',
    '{}',
    '{"userinfo":[]}',
    '{"userinfo":{"email":"x"}}',
    '{"id_token":{"acr":{"essential":true,"values":"x"}}}',
  ])('A-148 claims of another shape are refused: %s', async (claims) => {
    const request = authorizationRequest(OWN, { claims })
    expectCallback(await agentOf(house()).request(request.url), OWN, request, 'invalid_request')
  })

  it.each([
    '{"id_token":{"acr":{"essential":true,"value":"urn:example:unreachable"}}}',
    '{"id_token":{"acr":{"essential":true,"values":[{"toString":1},["x"],null]}}}',
  ])('A-148 a level that can not be reached is said to be so: %s', async (claims) => {
    const request = authorizationRequest(OWN, { claims })
    const answer = await (await signedIn(house())).request(request.url)
    expectCallback(answer, OWN, request, 'unmet_authentication_requirements')
  })

  it('A-148 claims of 60 kB are refused before anybody reads them, deep ones change nothing', async () => {
    const wide = `{"userinfo":{${Array.from({ length: 6000 }, (_, n) => `"c${n}":null`).join(',')}}}`
    expectJson(await par({ claims: wide }), 400, 'invalid_request')
    const deep = `{"userinfo":{"a":${'{"a":'.repeat(1000)}null${'}'.repeat(1000)}}}`
    expect((await par({ claims: deep })).status).toBe(201)
  })

  it('A-148 names that mean something to JavaScript are claims like others, and unknown', async () => {
    const claims = '{"userinfo":{"__proto__":{"polluted":null},"constructor":null,"email":null}}'
    const agent = await signedIn(house())
    const request = authorizationRequest(OWN, { claims, scope: 'openid' })
    const { searchParams } = await authorize(house(), agent, request)
    const tokens = (await exchange(agent, OWN, searchParams.get('code') ?? '', request.verifier)).json()
    const known = (await userinfo(agent, String(tokens['access_token']))).json()
    expect(Object.keys(known).toSorted()).toEqual(['email', 'sub'])
    const metadata = await agent.request('/.well-known/openid-configuration')
    expect(metadata.text).not.toContain('polluted')
  })

  it('A-148 nobody is asked for claims that do not exist: their names would be text of a stranger', async () => {
    const claims = '{"userinfo":{"email":null,"call 555-0100 now":null}}'
    const { page } = await atPage(house(), await signedIn(house()), PORTAL, { claims })
    expect(page.text).toContain('<code dir="ltr">email</code>')
    expect(page.text).not.toContain('555-0100')
  })

  it.each(['openid\nadmin', 'openid "admin"', 'openid \\', 'openid \u00e9', ' openid', 'openid\0'])(
    'A-150 a scope that is no list of names is refused: %j',
    async (scope) => {
      const request = authorizationRequest(OWN, { scope })
      expectCallback(await agentOf(house()).request(request.url), OWN, request, 'invalid_scope')
    },
  )

  it('A-150 of ten thousand scopes those that exist are granted', async () => {
    // What nobody knows is ignored, as OpenID Connect Core §3.1.2.1 wants it, instead of refused.
    const scope = `openid email ${Array.from({ length: 10_000 }, (_, n) => n.toString(36)).join(' ')}`
    const agent = await signedIn(house())
    const request = authorizationRequest(OWN, { scope })
    const pushed = await par(Object.fromEntries(new URL(request.url, house().issuer).searchParams))
    const uri = String(pushed.json()['request_uri'])
    const url = `/oauth2/authorize?client_id=own&request_uri=${encodeURIComponent(uri)}`
    const { searchParams } = await authorize(house(), agent, { ...request, url })
    const tokens = await exchange(agent, OWN, searchParams.get('code') ?? '', request.verifier)
    expect(tokens.json()['scope']).toBe('openid email')
  })

  it.each([{ prompt: undefined }, { prompt: 'login' }])(
    'A-150 offline_access is dropped unless consent is asked for: $prompt',
    async ({ prompt }) => {
      const agent = agentOf(house())
      const request = authorizationRequest(OWN, { scope: 'openid offline_access', prompt })
      const { searchParams } = await authorize(house(), agent, request)
      const tokens = await exchange(agent, OWN, searchParams.get('code') ?? '', request.verifier)
      expect(tokens.json()).toMatchObject({ scope: 'openid' })
      expect(tokens.json()).not.toHaveProperty('refresh_token')
    },
  )

  it.each([
    ['unknown', ['https://unknown.example']],
    ['relative', ['/orders']],
    ['no URI', ['orders']],
    ['one with a fragment', ['https://orders.example#x']],
    ['another spelling', ['https://orders.example/']],
    ['impossible', ['https://orders.example/\0']],
    ['one that the client may not use', ['https://notes.example']],
    ['a good one and an unknown one', ['https://orders.example', 'https://unknown.example']],
    ['one of a hundred', Array.from({ length: 100 }, (_, n) => `https://${n}.example`)],
  ])('A-151 a resource that is %s is refused', async (_, resources) => {
    const request = authorizationRequest(OWN, { scope: 'openid orders:read' })
    const asked = resources.map((resource) => `&resource=${encodeURIComponent(resource)}`).join('')
    const answer = await agentOf(house()).request(request.url + asked)
    expectCallback(answer, OWN, request, 'invalid_target')
  })
})
