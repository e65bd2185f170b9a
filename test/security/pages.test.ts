import { describe, expect, it } from 'vitest'
import type { Answer } from '../support/agent.ts'
import { agentOf, authorizationRequest, OWN, PORTAL, SET_UP } from '../support/flows.ts'
import type { House } from '../support/house.ts'
import { withHouse } from '../support/on-every-storage.ts'
import { withoutFaults } from './answers.ts'
import { ADA, atPage, GRACE, OURS, signedIn } from './browsers.ts'

/** A name that tries to be markup, an attribute, an address and another reading order at once. */
const MARKUP = `"onmouseover=alert(1) '</title><script>alert(2)</script><img src=x onerror=alert(3)>`
const HOSTILE = `${MARKUP}\u2028\u202e\u200b${'\u0301'.repeat(60)}`

const setUp = {
  ...SET_UP,
  clients: [
    ...SET_UP.clients,
    {
      client_id: 'hostile',
      profile: 'spa',
      client_name: HOSTILE,
      client_uri: 'https://hostile.example/?"onmouseover=alert(4)',
      policy_uri: 'https://hostile.example/"><script>alert(5)</script>',
      tos_uri: 'https://hostile.example/?a=1&b=2',
      initiate_login_uri: 'https://hostile.example/start?"><script>',
      redirect_uris: ['https://hostile.example/cb'],
      post_logout_redirect_uris: ['https://hostile.example/bye'],
      scope: 'openid profile <script>alert(6)</script>',
    },
  ],
  resource_servers: [
    ...SET_UP.resource_servers,
    {
      identifier: 'https://hostile.example/<i>',
      scopes: ['<script>alert(6)</script>'],
      access_token_format: 'opaque',
    },
  ],
  users: [
    ...SET_UP.users,
    {
      email: 'hostile@example.com',
      email_verified: true,
      name: HOSTILE.replace('\u2028', ''),
      password: 'an unfriendly name',
    },
  ],
}

const HOSTILE_RP = { clientId: 'hostile', redirectUri: 'https://hostile.example/cb' }

/** Every kind of page that the house shows, and how a browser comes there. */
const KINDS: Record<string, (house: House, rp: typeof HOSTILE_RP) => Promise<Answer>> = {
  'sign-in': async (house, rp) => (await atPage(house, agentOf(house), rp)).page,
  'sign-in, refused': async (house, rp) => {
    const agent = agentOf(house)
    const { at, page } = await atPage(house, agent, rp)
    return agent.submit(page, at, { ...ADA, password: HOSTILE, username: HOSTILE })
  },
  'a form of another site': async (house, rp) => {
    const agent = agentOf(house)
    const { at } = await atPage(house, agent, rp)
    return agent.request(at, { form: ADA, headers: { ...OURS, origin: 'https://evil.example' } })
  },
  consent: async (house, rp) =>
    (await atPage(house, await signedIn(house, HOSTILE_PERSON), rp, { prompt: 'consent', ...WITH_RESOURCE }))
      .page,
  'an error of the client': (house, rp) =>
    agentOf(house).request(authorizationRequest(rp, { redirect_uri: `https://evil.example/${HOSTILE}` }).url),
  'an unknown client': (house) =>
    agentOf(house).request(authorizationRequest({ ...PORTAL, clientId: HOSTILE }).url),
  'a page that is gone': (house) => agentOf(house).request(`/interaction/${'x'.repeat(43)}`),
  'an old link': (house) => agentOf(house).request(`/set-password?token=${encodeURIComponent(HOSTILE)}`),
  'a new password': async (house) => {
    const { stdout } = await house.run(['user', 'link', HOSTILE_PERSON.email])
    const [, token = ''] = /token=([\w-]+)/.exec(stdout) ?? []
    const page = await agentOf(house).request(`/set-password?token=${token}`)
    expect(page.text).toContain('name="password"')
    return page
  },
  'no page at all': (house) =>
    agentOf(house).request(`/${encodeURIComponent(HOSTILE)}?q=${encodeURIComponent(HOSTILE)}`),
  'a wrong method': (house) => agentOf(house).request('/oauth2/authorize', { form: { state: HOSTILE } }),
  'sign-out': async (house, rp) =>
    (await signedIn(house, HOSTILE_PERSON)).request(
      `/oauth2/logout?${new URLSearchParams({ client_id: rp.clientId, state: HOSTILE })}`,
    ),
  'signed out': async (house) => agentOf(house).request('/oauth2/logout/success?client_id=hostile'),
}

const HOSTILE_PERSON = { email: 'hostile@example.com', password: 'an unfriendly name' }
const WITH_RESOURCE = {
  scope: 'openid profile <script>alert(6)</script>',
  resource: 'https://hostile.example/<i>',
  claims: `{"userinfo":{"email":null,"<script>alert(7)</script>":null}}`,
}

/** Pages that carry a response to a client, or a sign-out on. */
const CARRIERS: Record<string, (house: House) => Promise<Answer>> = {
  'form_post with a code': async (house) =>
    (await signedIn(house)).request(
      authorizationRequest(OWN, { response_mode: 'form_post', state: HOSTILE }).url,
    ),
  'form_post with an error': (house) =>
    agentOf(house).request(
      authorizationRequest(OWN, { response_mode: 'form_post', state: HOSTILE, prompt: 'none' }).url,
    ),
  'a change of accounts': async (house) => {
    const agent = await signedIn(house, GRACE)
    const { at, page } = await atPage(house, agent, OWN, { prompt: 'login' })
    return agent.request((await agent.submit(page, at, ADA)).location ?? '')
  },
}

const policyOf = (answer: Answer): Map<string, string[]> =>
  new Map(
    (answer.headers.get('content-security-policy') ?? '').split(';').map((directive) => {
      const [name = '', ...sources] = directive.trim().split(' ')
      return [name, sources]
    }),
  )

withHouse({ storage: 'postgresql', setUp }, (house) => {
  withoutFaults(house)

  describe.each(Object.entries({ ...KINDS, ...CARRIERS }))('the page "%s"', (_, open) => {
    it('A-133 A-153 A-823 comes with the headers that keep it whole', async () => {
      const answer = await open(house(), HOSTILE_RP)
      expect(answer.headers.get('content-type')).toBe('text/html; charset=utf-8')
      expect(Object.fromEntries(answer.headers)).toMatchObject({
        'cache-control': 'no-store',
        'cross-origin-opener-policy': 'same-origin',
        'referrer-policy': 'same-origin',
        'x-content-type-options': 'nosniff',
        'x-frame-options': 'DENY',
      })
      const policy = policyOf(answer)
      for (const name of ['default-src', 'object-src', 'base-uri', 'frame-ancestors']) {
        expect([name, policy.get(name)]).toEqual([name, ["'none'"]])
      }
      expect([...policy.values()].flat().join(' ')).not.toMatch(/unsafe|\*|data:|nonce-/)
      expect(policy.get('script-src')).toEqual(["'self'"])
      expect(policy.get('form-action')).toContain("'self'")
    })

    it('A-153 A-821 A-822 loads nothing from elsewhere, and says names without becoming them', async () => {
      const { text } = await open(house(), HOSTILE_RP)
      for (const [, address = ''] of text.matchAll(
        /<(?:link|script|img|use)\b[^>]*?\b(?:href|src)="([^"]*)"/g,
      )) {
        expect(address).toMatch(/^(?:\/(?:assets|logos)\/|#end$)/)
      }
      expect(text).not.toMatch(/<(?:style|iframe|object|embed|base|meta http-equiv="refresh)/i)
      expect(text).not.toMatch(/<script(?![^>]* src=)/)
      // What a response carries, it carries to the byte, within a value.
      const around = text.replace(/="[^"]*"/g, '=""')
      expect(around).not.toMatch(/<[a-z][^<>]*\s(?:on\w+|style)=/i)
      expect(text).not.toMatch(/(?:href|src|action)="\s*(?:javascript|data|vbscript):/i)
      expect(around).not.toMatch(/<(?:script|img)[^>]*>alert|<img src=x|[\u2028\u202e\u200b]|\u0301{5}/i)
      const [title = ''] = /<title>.*?<\/title>/s.exec(text) ?? []
      expect(title).not.toContain('alert')
    })
  })

  it('A-821 an address or a picture that could be a program is not even registered', async () => {
    const svg = `data:image/svg+xml;base64,${btoa('<svg onload="alert(1)"/>')}`
    const fields: [string, string][] = [
      ...['client_uri', 'policy_uri', 'tos_uri', 'initiate_login_uri'].flatMap((field) =>
        ['javascript:alert(1)', 'data:text/html,x', 'http://hostile.example/'].map(
          (uri): [string, string] => [field, uri],
        ),
      ),
      ...['javascript:alert(1)', 'https://hostile.example/logo.png', svg].map((uri): [string, string] => [
        'logo_uri',
        uri,
      ]),
    ]
    const clients = fields.map(([field, uri], n) => ({
      client_id: `bad-${n}`,
      profile: 'spa',
      redirect_uris: ['https://bad.example/cb'],
      [field]: uri,
    }))
    const refusal = await house()
      .apply({ version: 1, clients })
      .then(() => 'applied', String)
    expect(refusal).toContain('Nothing was changed.')
    for (const [n, [field]] of fields.entries()) expect(refusal).toContain(`: clients[${n}].${field}: `)
  })
})
