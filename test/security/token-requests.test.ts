import { beforeAll, describe, expect, it } from 'vitest'
import type { Agent, Answer } from '../support/agent.ts'
import {
  APP,
  agentOf,
  authorizationRequest,
  authorize,
  basic,
  exchange,
  PORTAL,
  refresh,
  signIn,
  type Tokens,
  tokenRequest,
} from '../support/flows.ts'
import { withHouse } from '../support/on-every-storage.ts'
import { presenting } from './assertions.ts'
import {
  AT_THE_DOOR,
  call,
  clientToken,
  faceOf,
  JSON_ONLY,
  sendRaw,
  statusOf,
  userinfo,
  WITH_SIGNER,
} from './probes.ts'

const FORM = 'application/x-www-form-urlencoded'

withHouse({ storage: 'postgresql', setUp: WITH_SIGNER }, (house) => {
  let agent: Agent
  let tokens: Tokens
  let jwt: string
  beforeAll(async () => {
    agent = agentOf(house())
    tokens = (await signIn(house(), agent, PORTAL)).tokens
    jwt = String((await clientToken(agent)).json()['access_token'])
  })
  const errorOf = async (answer: Promise<Answer>) => {
    const { status, json } = await answer
    return [status, json()['error']]
  }

  describe('one kind of token in the place of another', () => {
    it('A-229 refresh token, code, id token and client token are no access tokens of a person', async () => {
      for (const token of [tokens.refresh_token, tokens.id_token, jwt]) {
        expect((await userinfo(agent, token)).status).toBe(401)
      }
      const request = authorizationRequest(PORTAL)
      const code = (await authorize(house(), agent, request)).searchParams.get('code') ?? ''
      expect((await userinfo(agent, code)).status).toBe(401)
      expect(await errorOf(refresh(agent, PORTAL, code))).toEqual([400, 'invalid_grant'])
      expect((await exchange(agent, PORTAL, code, request.verifier)).status).toBe(200)
    })

    it('A-229 access token and id token are no refresh tokens, no codes, no client assertions', async () => {
      for (const token of [tokens.access_token, tokens.id_token, jwt]) {
        expect(await errorOf(refresh(agent, PORTAL, token))).toEqual([400, 'invalid_grant'])
        expect(await errorOf(exchange(agent, PORTAL, token, 'a'.repeat(43)))).toEqual([400, 'invalid_grant'])
        const answer = await call(agent, '/oauth2/token', { ...AT_THE_DOOR, ...presenting(token) })
        expect([400, 401]).toContain(answer.status)
        expect(answer.json()['error']).toMatch(/^invalid_(client|request)$/)
      }
    })

    it('A-229 an access token that is a JWT is no id_token_hint', async () => {
      const page = await agent.request(`/oauth2/logout?id_token_hint=${jwt}`)
      expect(page.status).toBe(400)
      expect(JSON.parse(Buffer.from(jwt.split('.')[0] ?? '', 'base64url').toString())['typ']).toBe('at+jwt')
    })

    it('A-234 userinfo refuses tokens for another audience and of a client alone', async () => {
      const { tokens: notes } = await signIn(house(), agentOf(house()), PORTAL, {
        scope: 'openid notes:read',
        resource: 'https://notes.example',
      })
      for (const token of [notes.access_token, jwt]) {
        const answer = await userinfo(agent, token)
        // One for a resource lacks `openid`, which is told before its audience is: `insufficient_scope`.
        expect([401, 403]).toContain(answer.status)
        expect(answer.headers.get('www-authenticate')).toMatch(/error="(invalid_token|insufficient_scope)"/)
        expect(answer.json()).not.toHaveProperty('sub')
      }
    })
  })

  describe('grant types', () => {
    it.each([
      ['password', { grant_type: 'password', username: 'ada@example.com', password: 'x' }],
      ['implicit', { grant_type: 'implicit' }],
      ['unknown', { grant_type: 'urn:example:mine' }],
      ['the JWT bearer grant', { grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer', assertion: 'x' }],
      ['the device grant', { grant_type: 'urn:ietf:params:oauth:grant-type:device_code', device_code: 'x' }],
      ['token exchange', { grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange' }],
      ['an empty one', { grant_type: '' }],
      ['none', {}],
      ['__proto__', { grant_type: '__proto__' }],
      ['an array', { 'grant_type[]': 'authorization_code' }],
      ['one the client may not use', { grant_type: 'client_credentials' }],
    ])('A-230 %s is refused', async (_, parameters: Record<string, string>) => {
      const [status, error] = await errorOf(tokenRequest(agent, PORTAL, parameters))
      expect(status).toBe(400)
      expect(error).toMatch(/^(unsupported_grant_type|unauthorized_client|invalid_request)$/)
    })

    it('A-230 two grant types at once are refused', async () => {
      const form: [string, string][] = [...Object.entries(AT_THE_DOOR), ['grant_type', 'refresh_token']]
      const headers = { ...JSON_ONLY, ...basic(PORTAL) }
      const refused = await errorOf(agent.request('/oauth2/token', { form, headers }))
      expect(refused).toEqual([400, 'invalid_request'])
    })
  })

  describe('how a token request is written', () => {
    const text = new URLSearchParams({ ...AT_THE_DOOR, client_id: APP.clientId }).toString()
    const multipart = `--x\r\nContent-Disposition: form-data; name="client_id"\r\n\r\napp\r\n--x--\r\n`

    it.each([
      ['JSON', 'application/json', JSON.stringify({ ...AT_THE_DOOR, client_id: APP.clientId })],
      ['multipart', 'multipart/form-data; boundary=x', multipart],
      ['plain text', 'text/plain', text],
      ['a form in utf-7', `${FORM}; charset=utf-7`, text],
    ])('A-231 %s is refused', async (_, type, body) => {
      const headers = { ...JSON_ONLY, 'content-type': type }
      const refused = await errorOf(agent.request('/oauth2/token', { body, headers }))
      expect(refused).toEqual([400, 'invalid_request'])
    })

    it.each([
      [FORM, 'application/json'],
      ['application/json', FORM],
    ])('A-231 two content types, %s first, are refused', async (first, second) => {
      const answer = await sendRaw(
        house().nodes[0]?.url ?? '',
        `POST /oauth2/token HTTP/1.1\r\nHost: localhost:3000\r\nAccept: application/json\r\nConnection: close\r\n` +
          `Content-Type: ${first}\r\nContent-Type: ${second}\r\nContent-Length: ${text.length}\r\n\r\n${text}`,
      )
      expect(statusOf(answer)).toBe(400)
      expect(answer).toContain('"error":"invalid_request"')
    })

    it('A-231 what stands in the query is not read', async () => {
      const request = authorizationRequest(PORTAL)
      const code = (await authorize(house(), agent, request)).searchParams.get('code') ?? ''
      const { redirectUri } = PORTAL
      const asked = { code, redirect_uri: redirectUri, code_verifier: request.verifier }
      const headers = { ...JSON_ONLY, ...basic(PORTAL) }
      const query = new URLSearchParams({ grant_type: 'authorization_code', ...asked })
      const empty = await agent.request(`/oauth2/token?${query}`, { form: {}, headers })
      expect([empty.status, empty.json()['error']]).toEqual([400, 'invalid_request'])
      const half = await agent.request(`/oauth2/token?code=${code}`, {
        form: {
          grant_type: 'authorization_code',
          redirect_uri: redirectUri,
          code_verifier: request.verifier,
        },
        headers,
      })
      expect([half.status, half.json()['error']]).toEqual([400, 'invalid_request'])
      expect((await exchange(agent, PORTAL, code, request.verifier)).status).toBe(200)
      expect((await agent.request(`/oauth2/token?${text}`, { headers: JSON_ONLY })).status).toBe(405)
    })
  })

  describe('damaged values', () => {
    it.each(['code', 'refresh token'])(
      'A-232 a %s that was never given is refused, all alike',
      async (kind) => {
        const request = authorizationRequest(PORTAL)
        const code = (await authorize(house(), agent, request)).searchParams.get('code') ?? ''
        const good = kind === 'code' ? code : tokens.refresh_token
        const send = (value: string) =>
          kind === 'code' ? exchange(agent, PORTAL, value, request.verifier) : refresh(agent, PORTAL, value)
        const flipped = (at: number) =>
          good.slice(0, at) + (good[at] === 'A' ? 'B' : 'A') + good.slice(at + 1)
        const damaged = [
          good.slice(0, -1),
          good.slice(1),
          `${good}A`,
          `${good} `,
          ...[5, 25, good.length - 2].map(flipped),
          good.toUpperCase(),
          'A'.repeat(10_000),
          `${good}\0`,
          '__proto__',
          'constructor',
          `ghr_${'A'.repeat(62)}`,
          'a'.repeat(65),
        ]
        const faces = []
        for (const value of damaged) faces.push(faceOf(await send(value)))
        expect(faces[0]).toMatchObject({ status: 400, text: expect.stringContaining('"invalid_grant"') })
        for (const face of faces) expect(face).toEqual(faces[0])
        expect((await send(good)).status).toBe(200)
      },
    )
  })
})
