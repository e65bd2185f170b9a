/** DPoP (RFC 9449): tokens that are of no use without their key. */
import { beforeAll, describe, expect, it } from 'vitest'
import type { Agent, Answer } from '../support/agent.ts'
import { createKey, type Key, type Proof, withProof } from '../support/dpop.ts'
import { codeOf, login, logout, PAGE, refreshBy, tokenOf } from '../support/first-party.ts'
import {
  APP,
  agentOf,
  authorizationRequest,
  authorize,
  basic,
  PORTAL,
  type RelyingParty,
  refresh,
} from '../support/flows.ts'
import type { House } from '../support/house.ts'
import { withHouse } from '../support/on-every-storage.ts'
import { withoutFaults } from './answers.ts'

const TOKEN = '/oauth2/token'
const ADDRESS = 'http://localhost:3000/oauth2/token'
const SERVICE = { clientId: 'orders-api', secret: 'orders-secret-0123456789' }
const JSON_ONLY = { accept: 'application/json' }
const OFFLINE = { scope: 'openid email offline_access', prompt: 'consent' }

const errorIn = (answer: Answer): [number, unknown] => [answer.status, answer.json()['error']]
const auth = (rp: RelyingParty): Record<string, string> => (rp.secret === undefined ? {} : basic(rp))
const self = (rp: RelyingParty): Record<string, string> =>
  rp.secret === undefined ? { client_id: rp.clientId } : {}

/** Tokens of a sign-in, bound to the key. */
async function boundTokens(
  house: House,
  rp: RelyingParty,
  key: Key,
  over: Record<string, string> = {},
): Promise<Record<string, string>> {
  const agent = agentOf(house)
  const request = authorizationRequest(rp, { ...OFFLINE, ...over })
  const code = (await authorize(house, agent, request)).searchParams.get('code') ?? ''
  const answer = await withProof(agent, key, TOKEN, codeRequest(rp, code, request.verifier))
  expect([answer.status, answer.json()['token_type']]).toEqual([200, 'DPoP'])
  return answer.json() as Record<string, string>
}

const codeRequest = (rp: RelyingParty, code: string, verifier: string) => ({
  form: {
    ...self(rp),
    grant_type: 'authorization_code',
    code,
    redirect_uri: rp.redirectUri,
    code_verifier: verifier,
  },
  headers: auth(rp),
})

const refreshRequest = (rp: RelyingParty, token = '') => ({
  form: { ...self(rp), grant_type: 'refresh_token', refresh_token: token },
  headers: auth(rp),
})

const userinfo = (agent: Agent, key: Key, token = '') => withProof(agent, key, '/oauth2/userinfo', { token })

withHouse({ storage: 'redis', nodes: 2, env: { REFRESH_REUSE_GRACE: '0' } }, (house) => {
  withoutFaults(house)
  let key: Key
  let nonce: string

  const agent = (node = 0): Agent => agentOf(house(), node)
  const ask = (dpop: string, node = 0): Promise<Answer> =>
    agent(node).request(TOKEN, {
      form: { grant_type: 'client_credentials' },
      headers: { ...JSON_ONLY, ...basic(SERVICE), dpop },
    })
  const prove = (proof: Partial<Proof> = {}): Promise<string> => key.prove({ htu: ADDRESS, nonce, ...proof })

  beforeAll(async () => {
    key = await createKey()
    const asked = await ask(await key.prove({ htu: ADDRESS }))
    expect(errorIn(asked)).toEqual([400, 'use_dpop_nonce'])
    nonce = asked.headers.get('dpop-nonce') ?? ''
  })

  it('A-605 a page with a key stays signed in without offline_access, until its person signs out', async () => {
    const browser = agent()
    const scope = { scope: 'openid email' }
    const begin = async (rp: RelyingParty): Promise<Answer> => {
      const request = authorizationRequest(rp, scope)
      const code = (await authorize(house(), browser, request)).searchParams.get('code') ?? ''
      return withProof(browser, key, TOKEN, codeRequest(rp, code, request.verifier))
    }
    const page = (await begin(APP)).json()
    // A client with a secret has a place of its own for what should outlast a session, and asks for it.
    expect((await begin(PORTAL)).json()).not.toHaveProperty('refresh_token')
    const given = await withProof(browser, key, TOKEN, refreshRequest(APP, String(page['refresh_token'])))
    expect(given.status).toBe(200)
    const offline = await boundTokens(house(), APP, key)

    const asked = await browser.request('/oauth2/logout')
    await browser.submit(asked, '/oauth2/logout/confirm', { logout: 'yes' })
    const next = String(given.json()['refresh_token'])
    for (const node of [0, 1])
      expect(errorIn(await withProof(agent(node), key, TOKEN, refreshRequest(APP, next)))).toEqual([
        400,
        'invalid_grant',
      ])
    const other = await withProof(browser, key, TOKEN, refreshRequest(APP, offline['refresh_token']))
    expect(other.status).toBe(200)
  })

  it('a good proof gives a token that says so', async () => {
    const answer = await ask(await prove())
    expect([answer.status, answer.json()['token_type']]).toEqual([200, 'DPoP'])
  })

  it.each<[string, Partial<Proof>]>([
    ['another type', { header: { typ: 'JWT' } }],
    ['no key', { header: { jwk: undefined } }],
    ['no jti', { claims: { jti: undefined } }],
    ['a jti of 10 kB', { claims: { jti: 'x'.repeat(10_000) } }],
    ['no time', { claims: { iat: undefined } }],
    ['a time that is text', { claims: { iat: '1' } }],
    ['another method', { htm: 'GET' }],
    ['another endpoint', { htu: 'http://localhost:3000/oauth2/par' }],
    ['another host', { htu: 'http://evil.example/oauth2/token' }],
    ['another scheme', { htu: 'https://localhost:3000/oauth2/token' }],
    ['another case of the path', { htu: 'http://localhost:3000/OAuth2/token' }],
    ['two slashes', { htu: 'http://localhost:3000//oauth2/token' }],
    ['a slash at the end', { htu: `${ADDRESS}/` }],
    ['a list of addresses', { claims: { htu: [ADDRESS] } }],
    ['a number for an address', { claims: { htu: 7 } }],
  ])('A-217 A-218 a proof with %s is refused', async (_, proof) => {
    const [status, error] = errorIn(await ask(await prove(proof)))
    expect(status).toBe(400)
    expect(['invalid_dpop_proof', 'invalid_request']).toContain(error)
  })

  it('A-217 unsigned, signed by another key, by a secret, or with the private key shown: refused', async () => {
    const other = await createKey()
    const [head = '', body = '', signature = ''] = (await prove()).split('.')
    const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')
    const header = { alg: 'ES256', typ: 'dpop+jwt', jwk: key.jwk }
    for (const proof of [
      `${encode({ ...header, alg: 'none' })}.${body}.`,
      `${head}.${body}.`,
      `${encode({ ...header, jwk: other.jwk })}.${body}.${signature}`,
      `${encode({ ...header, alg: 'HS256', jwk: { kty: 'oct', k: 'c2VjcmV0' } })}.${body}.${signature}`,
      await prove({ header: { jwk: { ...key.jwk, d: 'AAAA' } } }),
      'x',
      `${await prove()}, ${await prove()}`,
    ]) {
      expect(errorIn(await ask(proof))).toEqual([400, 'invalid_dpop_proof'])
    }
  })

  it.each([`${ADDRESS}?a=b#c`, 'HTTP://LOCALHOST:3000/oauth2/token'])(
    'A-218 the same address written otherwise is the same: %s',
    async (htu) => {
      expect((await ask(await prove({ htu }))).status).toBe(200)
    },
  )

  it('A-219 a proof is taken once, on whatever node; a nonce by each', async () => {
    const proof = await prove()
    const answers = await Promise.all([ask(proof, 0), ask(proof, 1), ask(proof, 0), ask(proof, 1)])
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 400, 400, 400])
    expect((await ask(await prove(), 1)).status).toBe(200)
  })

  it.each([undefined, 'forged', 'A'.repeat(43)])(
    'A-219 without a nonce of ours (%s) one is asked for',
    async (wrong) => {
      const answer = await ask(await key.prove({ htu: ADDRESS, nonce: wrong }))
      expect(errorIn(answer)).toEqual([400, 'use_dpop_nonce'])
      expect(answer.headers.get('dpop-nonce')).toMatch(/^[\w-]{43}$/)
    },
  )

  it('A-219 A-220 at userinfo a bound token needs its key, each time anew', async () => {
    const { access_token: token = '' } = await boundTokens(house(), APP, key)
    const answer = await userinfo(agent(), key, token)
    expect([answer.status, answer.json()['email']]).toEqual([200, 'ada@example.com'])

    const htu = 'http://localhost:3000/oauth2/userinfo'
    const present = (dpop: string | undefined, scheme = 'DPoP') =>
      agent(1).request('/oauth2/userinfo', {
        headers: {
          ...JSON_ONLY,
          authorization: `${scheme} ${token}`,
          ...(dpop === undefined ? {} : { dpop }),
        },
      })
    const proof = await key.prove({ htu, htm: 'GET', nonce, token })
    expect((await present(proof)).status).toBe(200)
    const other = await createKey()
    for (const refused of [
      await present(proof),
      await present(undefined, 'Bearer'),
      await present(undefined),
      await present(await key.prove({ htu, htm: 'GET', nonce })),
      await present(await key.prove({ htu, htm: 'GET', nonce, token: 'another' })),
      await present(await other.prove({ htu, htm: 'GET', nonce, token })),
    ]) {
      expect(refused.status).toBeGreaterThanOrEqual(400)
      expect(refused.status).toBeLessThan(402)
      expect(refused.text).not.toContain('ada@')
    }
  })

  describe('A-221 what is bound stays bound', () => {
    it('a code that names a key is redeemed with that key', async () => {
      const other = await createKey()
      const browser = agent()
      for (const wrong of [undefined, other]) {
        const request = authorizationRequest(APP, { ...OFFLINE, dpop_jkt: key.jkt })
        const code = (await authorize(house(), browser, request)).searchParams.get('code') ?? ''
        const asked = codeRequest(APP, code, request.verifier)
        const refused =
          wrong === undefined
            ? await browser.request(TOKEN, { ...asked, headers: JSON_ONLY })
            : await withProof(browser, wrong, TOKEN, asked)
        expect(errorIn(refused)).toEqual([400, 'invalid_grant'])
        expect((await withProof(browser, key, TOKEN, asked)).status).toBe(200)
      }
    })

    it('a public client refreshes with its key only', async () => {
      const { refresh_token: token } = await boundTokens(house(), APP, key)
      const other = await createKey()
      expect(errorIn(await refresh(agent(), APP, token ?? ''))).toEqual([400, 'invalid_grant'])
      expect(errorIn(await withProof(agent(), other, TOKEN, refreshRequest(APP, token)))).toEqual([
        400,
        'invalid_grant',
      ])
      const answer = await withProof(agent(), key, TOKEN, refreshRequest(APP, token))
      expect([answer.status, answer.json()['token_type']]).toEqual([200, 'DPoP'])
    })

    it('a confidential client may change its key, and never goes on without one', async () => {
      const { refresh_token: token } = await boundTokens(house(), PORTAL, key)
      expect(errorIn(await refresh(agent(), PORTAL, token ?? ''))).toEqual([400, 'invalid_grant'])
      const other = await createKey()
      const answer = await withProof(agent(), other, TOKEN, refreshRequest(PORTAL, token))
      expect([answer.status, answer.json()['token_type']]).toEqual([200, 'DPoP'])
    })
  })

  it('A-223 A-224 with its key a repeat gets the same successor without any window, without it nobody is harmed', async () => {
    const { refresh_token: first = '' } = await boundTokens(house(), APP, key)
    const asked = refreshRequest(APP, first)
    const answers = await Promise.all([0, 1, 0, 1].map((node) => withProof(agent(node), key, TOKEN, asked)))
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200])
    const successors = new Set(answers.map((answer) => answer.json()['refresh_token']))
    expect(successors.size).toBe(1)
    const [second = ''] = [...successors].map(String)

    const third = await withProof(agent(), key, TOKEN, refreshRequest(APP, second))
    // A thief with the stale token but no key is nobody: that is no reuse.
    const other = await createKey()
    expect(errorIn(await refresh(agent(), APP, first))).toEqual([400, 'invalid_grant'])
    expect(errorIn(await withProof(agent(), other, TOKEN, asked))).toEqual([400, 'invalid_grant'])
    const next = refreshRequest(APP, String(third.json()['refresh_token']))
    const fourth = await withProof(agent(), key, TOKEN, next)
    expect(fourth.status).toBe(200)
    // With the key it is.
    expect(errorIn(await withProof(agent(), key, TOKEN, asked))).toEqual([400, 'invalid_grant'])
    const fifth = refreshRequest(APP, String(fourth.json()['refresh_token']))
    expect(errorIn(await withProof(agent(1), key, TOKEN, fifth))).toEqual([400, 'invalid_grant'])
  })

  describe('at the first-party API', () => {
    /** As a page with a key would call it. */
    const call = async (
      path: string,
      send: (headers: Record<string, string>) => Promise<Answer>,
      token?: string,
    ) => {
      const attempt = async (given?: string): Promise<Answer> => {
        const proof = {
          htu: `http://localhost:3000${path}`,
          nonce: given,
          ...(token === undefined ? {} : { token }),
        }
        return send({ dpop: await key.prove(proof) })
      }
      const first = await attempt()
      const asked = first.headers.get('dpop-nonce') ?? undefined
      return first.status === 400 || first.status === 401 ? attempt(asked ?? nonce) : first
    }

    it('a proof at the sign-in binds the session to its key', async () => {
      const given = await call('/auth/login', (headers) => login(agent(), undefined, { headers }))
      expect([given.status, given.json()['token_type']]).toEqual([200, 'DPoP'])
      const bare = await refreshBy(agent(), tokenOf(given))
      expect(codeOf(bare)).toEqual([401, 'invalid_refresh'])

      const again = await call('/auth/refresh', (headers) => refreshBy(agent(), tokenOf(given), { headers }))
      expect([again.status, again.json()['token_type']]).toEqual([200, 'DPoP'])
      const repeat = await call('/auth/refresh', (headers) =>
        refreshBy(agent(1), tokenOf(given), { headers }),
      )
      expect(tokenOf(repeat)).toBe(tokenOf(again))

      const token = String(again.json()['access_token'])
      expect(codeOf(await logout(agent(), token))).toEqual([401, 'invalid_token'])
      const out = await call(
        '/auth/logout',
        (headers) =>
          agent().request('/auth/logout', {
            method: 'POST',
            headers: { ...PAGE, ...headers, authorization: `DPoP ${token}` },
          }),
        token,
      )
      expect(out.status).toBe(204)
    })

    it('a proof for another address is refused before the password is looked at', async () => {
      const dpop = await key.prove({ htu: ADDRESS, nonce })
      const wrong = { username: 'ada@example.com', password: 'wrong' }
      expect(codeOf(await login(agent(), wrong, { headers: { dpop } }))).toEqual([400, 'invalid_dpop_proof'])
    })
  })
})
