/** The first-party session API, attacked from pages, from programs and with tokens that are none of its own. */
import { describe, expect, it } from 'vitest'
import type { Agent, Request } from '../support/agent.ts'
import {
  codeOf,
  credentials,
  login,
  logout,
  PAGE,
  refreshBy,
  refreshCookie,
  tokenOf,
} from '../support/first-party.ts'
import {
  APP,
  agentOf,
  authorizationRequest,
  basic,
  PERSON,
  PORTAL,
  refresh,
  signIn,
} from '../support/flows.ts'
import type { House } from '../support/house.ts'
import { onEveryStorage, withHouse } from '../support/on-every-storage.ts'
import { commandWithin } from '../support/within.ts'
import { withoutFaults } from './answers.ts'
import { isSignedIn } from './browsers.ts'

/** Only for what ends all that a person has: a sign-in within the second after that is ended too. */
const GRACE = { email: 'grace@example.com', password: 'nanosecond wire 1906' }

const userinfo = (agent: Agent, accessToken: unknown) =>
  agent.request('/oauth2/userinfo', { headers: { authorization: `Bearer ${String(accessToken)}` } })

onEveryStorage((house, storage) => {
  withoutFaults(house)
  const nodes = (): string[] => house().nodes.map(({ url }) => url)

  it('A-615 fifty refreshes at once give one successor, one of long ago ends the session', async () => {
    const agent = agentOf(house())
    const first = tokenOf(await login(agent))
    const urls = nodes()
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, n) =>
        refreshBy(agentOf(house()), first, { node: urls[n % urls.length] ?? '' }),
      ),
    )
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]))
    expect(new Set(answers.map(tokenOf)).size).toBe(1)

    const second = tokenOf(answers[0] ?? (await login(agent)))
    const third = await refreshBy(agent, second)
    // The first is used beyond its turn: within the window that may be a late duplicate, and changes nothing.
    const late = await refreshBy(agentOf(house()), first)
    expect([codeOf(late), refreshCookie(late)]).toEqual([[409, 'superseded'], undefined])
    expect((await refreshBy(agent, tokenOf(third))).status).toBe(200)
  })

  it('A-618 A-605 who signs out is signed out on every node, once', async () => {
    const agent = agentOf(house())
    const given = await login(agent)
    const { access_token: accessToken } = given.json()
    expect((await userinfo(agent, accessToken)).json()).toMatchObject({ email: PERSON.email })
    const out = await logout(agent, String(accessToken))
    expect([out.status, refreshCookie(out)?.value]).toEqual([204, ''])
    for (const node of nodes()) {
      const again = await refreshBy(agentOf(house()), tokenOf(given), { node })
      expect(codeOf(again)).toEqual([401, 'invalid_refresh'])
      expect((await userinfo(agent, accessToken)).status).toBe(401)
    }
    expect(codeOf(await logout(agent, String(accessToken)))).toEqual([401, 'invalid_token'])
  })

  it('A-605 the token before last signs out too, and refreshes under way leave nothing behind', async () => {
    const agent = agentOf(house())
    const first = tokenOf(await login(agent))
    const second = tokenOf(await refreshBy(agent, first))
    const third = tokenOf(await refreshBy(agent, second))
    const running = Array.from({ length: 20 }, () => refreshBy(agentOf(house()), third))
    const out = refreshBy(agentOf(house()), first, { method: 'DELETE' })
    const [{ status }, ...answers] = await Promise.all([out, ...running])
    expect(status).toBe(204)
    for (const token of new Set([third, ...answers.map(tokenOf)]))
      expect((await refreshBy(agentOf(house()), token)).status).toBe(401)
  })

  it('A-605 who signs out everywhere has no session left anywhere', async () => {
    const [here, there] = [agentOf(house()), agentOf(house())]
    const { access_token: accessToken } = (await login(here, credentials(GRACE))).json()
    const elsewhere = await login(there, credentials(GRACE))
    const { tokens } = await signIn(house(), agentOf(house()), APP, undefined, GRACE)
    expect((await logout(here, String(accessToken), '?everywhere=true')).status).toBe(204)
    for (const node of nodes()) {
      const again = async () => (await refreshBy(agentOf(house()), tokenOf(elsewhere), { node })).status
      await expect.poll(again, { timeout: 5_000 }).toBe(401)
      expect((await userinfo(agentOf(house()), tokens.access_token)).status).toBe(401)
    }
  })

  // What the door lets in is the same whatever stands behind it.
  if (storage === 'embedded') describe('the door', () => theDoor(house))

  // Last, as who signs in within the second after may be signed out again.
  it('A-605 L-7 all of this API ends by the name of its client, and nothing else does', async () => {
    const first = tokenOf(await login(agentOf(house())))
    const asked = { scope: 'openid offline_access', prompt: 'consent' }
    const elsewhere = await signIn(house(), agentOf(house()), APP, asked)
    await commandWithin(house(), ['sessions', 'revoke', '--client', 'first-party'])
    const again = async () => (await refreshBy(agentOf(house()), first)).status
    await expect.poll(again, { timeout: 5_000 }).toBe(401)
    const goesOn = async () =>
      (await refreshBy(agentOf(house()), tokenOf(await login(agentOf(house()))))).status
    await expect.poll(goesOn, { timeout: 5_000 }).toBe(200)
    const { status } = await refresh(agentOf(house()), APP, elsewhere.tokens.refresh_token)
    expect(status).toBe(200)
  })
})

withHouse({ storage: 'redis', env: { REFRESH_REUSE_GRACE: '0' } }, (house) => {
  withoutFaults(house)

  it('A-615 reuse is told, the cookie goes, and everything of the session is dead', async () => {
    const agent = agentOf(house())
    const given = await login(agent)
    const next = await refreshBy(agent, tokenOf(given))
    const reused = await refreshBy(agentOf(house()), tokenOf(given))
    expect(codeOf(reused)).toEqual([401, 'refresh_reused'])
    expect(refreshCookie(reused)).toMatchObject({
      value: '',
      attributes: expect.arrayContaining(['Path=/auth/refresh', 'Max-Age=0']),
    })
    expect(codeOf(await refreshBy(agent, tokenOf(next)))).toEqual([401, 'invalid_refresh'])
    for (const answer of [given, next])
      expect((await userinfo(agent, answer.json()['access_token'])).status).toBe(401)
  })
})

function theDoor(house: () => House): void {
  const agent = (): Agent => agentOf(house())

  it('A-614 the cookie is for this path, for https and for no script; the answer holds no refresh token', async () => {
    const given = await login(agent())
    const { value, attributes } = refreshCookie(given) ?? {}
    expect(value).toMatch(/^ghr_/)
    expect(attributes?.toSorted()).toEqual(
      ['HttpOnly', 'Max-Age=604800', 'Path=/auth/refresh', 'SameSite=Strict', 'Secure'].toSorted(),
    )
    expect(given.json()).toEqual({
      access_token: expect.stringMatching(/^[\w-]{65}$/),
      token_type: 'Bearer',
      expires_in: 900,
      scope: 'openid profile email',
    })
    expect(given.headers.get('cache-control')).toBe('no-store')
    expect(given.text).not.toContain('ghr_')
  })

  it('a sign-in here signs the browser in nowhere else', async () => {
    const browser = agent()
    await login(browser)
    expect(await isSignedIn(browser)).toBe(false)
  })

  describe('who may call', () => {
    const refused: [string, Request['headers']][] = [
      ['a page of another site', { 'sec-fetch-site': 'cross-site' }],
      ['a page of another origin', { origin: 'https://evil.example' }],
      ['the same host over another scheme', { origin: 'https://localhost:3000' }],
      ['a page without an origin', { origin: 'null' }],
      ['a sibling host', { origin: 'http://evil.localhost:3000', 'sec-fetch-site': 'same-site' }],
      ['an address that somebody typed', { 'sec-fetch-site': 'none' }],
    ]
    it.each(refused)('A-132 A-611 A-326 %s may not', async (_, headers = {}) => {
      const foreign = { ...PAGE, ...headers }
      const given = await login(agent())
      for (const answer of [
        await login(agent(), undefined, { headers: foreign }),
        await refreshBy(agent(), tokenOf(given), { headers: foreign }),
        await refreshBy(agent(), tokenOf(given), { headers: foreign, method: 'DELETE' }),
      ]) {
        expect(codeOf(answer)).toEqual([403, 'cross_site'])
        expect(answer.headers.getSetCookie()).toEqual([])
      }
      expect((await refreshBy(agent(), tokenOf(given))).status).toBe(200)
    })

    it('A-611 a program may, unless it brings cookies and does not say from where', async () => {
      const bare = (headers: Record<string, string>) =>
        agent().request('/auth/login', {
          method: 'POST',
          body: JSON.stringify(credentials(PERSON)),
          headers: { 'content-type': 'application/json', ...headers },
        })
      expect((await bare({})).status).toBe(200)
      expect(codeOf(await bare({ cookie: 'a=b' }))).toEqual([403, 'cross_site'])
    })

    it('A-326 no other origin is told that it may, in a preflight or in an answer', async () => {
      for (const [origin, allowed] of [
        ['http://localhost:3000', 'http://localhost:3000'],
        ['https://evil.example', null],
        ['http://localhost:3000.evil.example', null],
        ['null', null],
      ] as const) {
        const asked = { origin, 'access-control-request-method': 'POST' }
        const preflight = await agent().request('/auth/refresh', { method: 'OPTIONS', headers: asked })
        const answer = await login(agent(), undefined, { headers: { origin } })
        for (const { headers } of [preflight, answer]) {
          expect([origin, headers.get('access-control-allow-origin')]).toEqual([origin, allowed])
          expect(headers.get('vary')).toMatch(/\borigin\b/i)
        }
        expect(preflight.status).toBe(allowed === null ? 403 : 204)
      }
    })
  })

  describe('A-612 what is sent', () => {
    const send = (body: string, type?: string) =>
      agent().request('/auth/login', {
        method: 'POST',
        body,
        headers: { ...PAGE, ...(type === undefined ? {} : { 'content-type': type }) },
      })
    const text = JSON.stringify(credentials(PERSON))

    it.each([
      'text/plain',
      'application/x-www-form-urlencoded',
      'application/json; charset=utf-16',
      'application/json, text/plain',
      'application/jsonp',
      'multipart/form-data; boundary=x',
    ])('as %s is refused', async (type) => {
      expect(codeOf(await send(text, type))).toEqual([415, 'unsupported_media_type'])
    })

    it.each([
      ['half an object', '{"username":'],
      ['a list', '[]'],
      ['null', 'null'],
      ['a text', '"x"'],
      ['nothing', ''],
      ['ten thousand levels of nothing', `${'['.repeat(10_000)}`],
      ['bytes that are no UTF-8', '{"username":"\udc00"'],
    ])('%s is refused', async (_, body) => {
      expect(codeOf(await send(body, 'application/json'))).toEqual([400, 'bad_request'])
    })

    it('of 10,240 bytes is read, of one more it is not', async () => {
      const padded = (length: number) => text.padEnd(length, ' ')
      expect((await send(padded(10_240), 'application/json; charset=utf-8')).status).toBe(200)
      expect(codeOf(await send(padded(10_241), 'application/json'))).toEqual([413, 'payload_too_large'])
    })

    it('A-617 a label of a device changes nothing, whatever it is', async () => {
      for (const deviceId of ['x'.repeat(9000), 7, null, { $ne: '' }])
        expect((await login(agent(), { ...credentials(PERSON), deviceId })).status).toBe(200)
    })
  })

  it('A-401 A-411 whoever may not sign in gets the same answer, to the byte', async () => {
    await commandWithin(house(), ['user', 'create', 'fresh@example.com'])
    const wrong = { ...credentials(PERSON), password: 'wrong' }
    const bodies: unknown[] = [
      wrong,
      { username: 'nobody@example.com', password: PERSON.password },
      { username: 'fresh@example.com', password: PERSON.password },
      { username: [PERSON.email], password: PERSON.password },
      { username: { $ne: '' }, password: { $ne: '' } },
      { username: 'x'.repeat(9000), password: 'x' },
      { username: '"a\'--', password: 'x' },
      { username: '*)(uid=*', password: 'x' },
      { username: 'ada@example.com\0', password: PERSON.password },
      { username: 'ada＠example.com', password: 'x' },
      {},
    ]
    const answers = await Promise.all(bodies.map((body) => login(agent(), body)))
    const shown = answers.map(({ status, headers, text }) => [
      status,
      headers.get('content-type'),
      headers.getSetCookie().length,
      text.replace(/"request_id":"[\w-]+"/, ''),
    ])
    expect(shown).toEqual(shown.map(() => shown[0]))
    expect(codeOf(answers[0] ?? (await login(agent())))).toEqual([401, 'invalid_credentials'])
  })

  it('A-613 the cookie alone, twice, in a body or by GET does nothing', async () => {
    const token = tokenOf(await login(agent()))
    const asked = (over: Request) => agent().request('/auth/refresh', { method: 'POST', ...over })
    const cookie = `refresh_token=${token}`
    const script = { ...PAGE, 'x-requested-with': 'fetch' }
    expect(codeOf(await asked({ headers: { ...PAGE, cookie } }))).toEqual([403, 'missing_header'])
    expect(codeOf(await asked({ method: 'GET', headers: { ...script, cookie } }))).toEqual([
      405,
      'method_not_allowed',
    ])
    for (const over of [
      { headers: { ...script, cookie: `${cookie}; ${cookie}` } },
      { headers: script, body: JSON.stringify({ refresh_token: token }) },
      { headers: script },
    ]) {
      expect(codeOf(await asked(over))).toEqual([401, 'invalid_refresh'])
    }
    expect((await refreshBy(agent(), token)).status).toBe(200)
  })

  describe('A-616 tokens of one door at the other', () => {
    it('are refused, and live on', async () => {
      const given = await login(agent())
      const oauth = await signIn(house(), agent(), PORTAL)
      const asCookie = await refreshBy(agent(), oauth.tokens.refresh_token)
      expect(codeOf(asCookie)).toEqual([401, 'invalid_refresh'])
      const outside = agent()
      const stolen = await refresh(outside, PORTAL, tokenOf(given))
      expect([stolen.status, stolen.json()['error']]).toEqual([400, 'invalid_grant'])
      expect((await refreshBy(agent(), tokenOf(given))).status).toBe(200)
      expect((await refresh(agent(), PORTAL, oauth.tokens.refresh_token)).status).toBe(200)
      expect(codeOf(await logout(agent(), oauth.tokens.access_token))).toEqual([401, 'invalid_token'])
    })

    it('and its client is nobody from outside', async () => {
      const given = await login(agent())
      const as = { client_id: 'first-party' }
      const headers = { accept: 'application/json' }
      for (const [path, form] of [
        ['/oauth2/token', { ...as, grant_type: 'refresh_token', refresh_token: tokenOf(given) }],
        ['/oauth2/token', { ...as, grant_type: 'authorization_code', code: 'x', redirect_uri: 'x' }],
        ['/oauth2/revoke', { ...as, token: tokenOf(given) }],
        ['/oauth2/introspect', { ...as, token: tokenOf(given) }],
        ['/oauth2/par', { ...as, response_type: 'code' }],
      ] as const) {
        const answer = await agent().request(path, { form, headers })
        expect([path, answer.status, answer.json()['error']]).toEqual([path, 401, 'invalid_client'])
        const withSecret = await agent().request(path, {
          form,
          headers: { ...headers, ...basic({ clientId: 'first-party', secret: 'x' }) },
        })
        expect(withSecret.status).toBeGreaterThanOrEqual(400)
      }
      const request = authorizationRequest({
        clientId: 'first-party',
        redirectUri: 'https://first-party.invalid/',
      })
      const page = await agent().request(request.url)
      expect([page.status, page.location]).toEqual([400, undefined])
      const { access_token: token } = given.json()
      const header = { headers: { ...headers, 'x-gatehouse-inside': '1', 'x-forwarded-for': '127.0.0.1' } }
      const marked = await agent().request('/oauth2/token', {
        ...header,
        form: { ...as, grant_type: 'refresh_token', refresh_token: tokenOf(given) },
      })
      expect(marked.status).toBe(401)
      expect((await userinfo(agent(), token)).status).toBe(200)
    })
  })

  it('A-618 what is no living access token of this API signs nobody out', async () => {
    const { tokens } = await signIn(house(), agent(), APP)
    for (const token of [tokens.access_token, tokens.id_token, 'x', '', `${'A'.repeat(65)}`])
      expect(codeOf(await logout(agent(), token))).toEqual([401, 'invalid_token'])
  })

  it('A-326 userinfo may be read from pages of the listed origins, and of no other', async () => {
    const { access_token: token } = (await login(agent())).json()
    const allowed = async (origin: string) => {
      const headers = { authorization: `Bearer ${String(token)}`, origin }
      const answer = await agent().request('/oauth2/userinfo', { headers })
      return [answer.status, answer.headers.get('access-control-allow-origin')]
    }
    expect(await allowed(PAGE.origin)).toEqual([200, PAGE.origin])
    for (const origin of ['https://evil', 'https://app.example', 'null'])
      expect((await allowed(origin))[1]).toBeNull()
  })

  it('a second factor that nobody has asked for is refused', async () => {
    for (const path of ['/auth/mfa', '/auth/mfa/challenge']) {
      const body = JSON.stringify({ mfa_token: 'x', method: 'totp', code: '000000' })
      const headers = { ...PAGE, 'content-type': 'application/json' }
      const answer = await agent().request(path, { method: 'POST', body, headers })
      expect(codeOf(answer)).toEqual([401, 'invalid_mfa_token'])
    }
  })
}

describe('as it is set up', () => {
  const APPS = 'https://app.example'
  withHouse(
    {
      storage: 'postgresql',
      env: {
        ISSUER: 'https://id.example.com',
        FIRST_PARTY_ORIGINS: `${APPS}, https://other.example.com`,
        COOKIE_SAMESITE: 'Lax',
        COOKIE_DOMAIN: 'example.com',
      },
    },
    (house) => {
      const from = (origin: string) => ({ headers: { origin, 'sec-fetch-site': 'same-site' } })
      const csrfOf = (agent: Agent) => agent.cookies.find(({ name }) => name === 'csrf_token')

      it('A-611 listed origins may call, and the issuer’s own may not when it is not listed', async () => {
        const statuses = [APPS, 'https://other.example.com', 'https://id.example.com'].map(
          async (origin) => (await login(agentOf(house()), undefined, from(origin))).status,
        )
        expect(await Promise.all(statuses)).toEqual([200, 200, 403])
      })

      it('A-614 with Lax the page repeats a token that only its session has', async () => {
        const [own, other] = [agentOf(house()), agentOf(house())]
        const given = await login(own, undefined, from(APPS))
        await login(other, undefined, from(APPS))
        const { attributes } = refreshCookie(given) ?? {}
        expect(attributes).toEqual(expect.arrayContaining(['SameSite=Lax', 'Domain=example.com', 'Secure']))
        expect(csrfOf(own)?.attributes).not.toMatch(/httponly/i)

        const proofs = { own: csrfOf(own)?.value ?? '', other: csrfOf(other)?.value ?? '' }
        const asked = (sent: string, cookie = sent) =>
          refreshBy(agentOf(house()), undefined, {
            headers: {
              ...from(APPS).headers,
              cookie: `refresh_token=${tokenOf(given)}; csrf_token=${cookie}`,
              'x-csrf-token': sent,
            },
          })
        for (const [sent, cookie] of [
          ['', proofs.own],
          [proofs.other, proofs.own],
          [proofs.other, proofs.other],
          ['x', 'x'],
        ] as const) {
          expect(codeOf(await asked(sent, cookie))).toEqual([403, 'invalid_csrf'])
        }
        expect((await asked(proofs.own)).status).toBe(200)
      })
    },
  )

  withHouse({ storage: 'postgresql', env: { FIRST_PARTY_ORIGINS: 'off' } }, (house: () => House) => {
    it('switched off, there is nothing', async () => {
      for (const path of ['/auth/login', '/auth/refresh', '/auth/logout'])
        expect((await agentOf(house()).request(path, { method: 'POST', headers: PAGE })).status).toBe(404)
    })
  })
})
