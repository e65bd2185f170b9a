import { randomUUID } from 'node:crypto'
import { beforeAll, describe, expect, it } from 'vitest'
import type { Agent } from '../support/agent.ts'
import { agentOf } from '../support/flows.ts'
import { withHouse } from '../support/on-every-storage.ts'
import { assertionBy, epochSeconds, presenting } from './assertions.ts'
import { JSON_ONLY, SIGNER, WITH_SIGNER } from './probes.ts'

const ISSUER = 'http://localhost:3000'
const assertionOf = (over?: Record<string, unknown>, header?: object) =>
  assertionBy(SIGNER, ISSUER, over, header)

interface Presenting {
  path?: string
  node?: string
  form?: Record<string, string>
}

const ORDERS = {
  grant_type: 'client_credentials',
  scope: 'orders:read',
  resource: 'https://orders.example',
}

const present = (agent: Agent, jwt: string, { path = '/oauth2/token', node, form }: Presenting = {}) =>
  agent.request(path, {
    form: { ...ORDERS, token: 'x', ...presenting(jwt), ...form },
    headers: JSON_ONLY,
    ...(node !== undefined && { node }),
  })

const env = { RATE_LIMIT_LOGIN_ADDRESS: '1000/15m' }

withHouse({ storage: 'redis', nodes: 2, setUp: WITH_SIGNER, env }, (house) => {
  let agent: Agent
  beforeAll(() => {
    agent = agentOf(house())
  })

  describe('client_secret_jwt', () => {
    it('takes an assertion for the issuer, from the registered client', async () => {
      const answer = await present(agent, assertionOf())
      expect([answer.status, answer.json()['token_type']]).toEqual([200, 'Bearer'])
    })

    it.each([
      ['alg none', { alg: 'none' }],
      ['alg NONE', { alg: 'NONE' }],
      ['alg nOnE', { alg: 'nOnE' }],
      ['no alg', { typ: 'JWT' }],
      ['an array as alg', { alg: ['HS256'] }],
      ['an alg that is not registered', { alg: 'HS512' }],
    ])('A-206 an assertion with %s is refused, with and without its signature', async (_, header) => {
      const signed = assertionOf({}, header)
      for (const jwt of [signed, `${signed.slice(0, signed.lastIndexOf('.'))}.`]) {
        const answer = await present(agent, jwt)
        expect([answer.status, answer.json()['error']]).toEqual([401, 'invalid_client'])
      }
    })

    it('A-206 an empty, cut or foreign signature is refused', async () => {
      const [head, body, signature = ''] = assertionOf().split('.')
      for (const forged of ['', signature.slice(0, -2), assertionOf().split('.')[2]]) {
        expect((await present(agent, `${head}.${body}.${forged}`)).status).toBe(401)
      }
    })

    it('A-209 an assertion is good once: on the same node, on the other, at every endpoint', async () => {
      const jwt = assertionOf()
      expect((await present(agent, jwt)).status).toBe(200)
      const again: Presenting[] = [
        {},
        { node: house().nodes[1]?.url ?? '' },
        { path: '/oauth2/par' },
        { path: '/oauth2/introspect' },
        { path: '/oauth2/revoke' },
      ]
      for (const where of again) {
        const answer = await present(agent, jwt, where)
        expect([answer.status, answer.json()['error']]).toEqual([401, 'invalid_client'])
      }
    })

    it('A-209 of 20 at once over both nodes exactly one is taken', async () => {
      const jwt = assertionOf()
      const answers = await Promise.all(
        Array.from({ length: 20 }, (_, n) => present(agent, jwt, { node: house().nodes[n % 2]?.url ?? '' })),
      )
      expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
      expect(answers.filter(({ status }) => status === 401)).toHaveLength(19)
    })

    it('A-209 an assertion without jti is refused', async () => {
      expect((await present(agent, assertionOf({ jti: undefined }))).status).toBe(401)
    })

    it.each([
      ['another server', 'https://evil.example/oauth2/token'],
      ['the issuer and another', [ISSUER, 'https://evil.example']],
      ['another and the issuer', ['https://evil.example', ISSUER]],
      ['the issuer in a list', [ISSUER]],
      ['the issuer with a slash', `${ISSUER}/`],
      ['the token endpoint', `${ISSUER}/oauth2/token`],
      ['the token endpoint with a query', `${ISSUER}/oauth2/token?x`],
      ['the issuer in capitals', 'http://LOCALHOST:3000'],
      ['nobody', undefined],
    ])('A-210 an assertion for %s is refused', async (_, aud) => {
      const answer = await present(agent, assertionOf({ aud }))
      expect([answer.status, answer.json()['error']]).toEqual([401, 'invalid_client'])
    })

    it.each([
      ['without exp', { exp: undefined }],
      ['that has expired', { exp: epochSeconds() - 60 }],
      ['for a year', { exp: epochSeconds() + 365 * 24 * 3600 }],
      ['for eleven minutes', { exp: epochSeconds() + 11 * 60 }],
      ['with exp as text', { exp: String(epochSeconds() + 60) }],
      ['that is valid in five minutes only', { nbf: epochSeconds() + 300, exp: epochSeconds() + 400 }],
      ['issued in five minutes', { iat: epochSeconds() + 300, exp: epochSeconds() + 400 }],
      ['with iat as text', { iat: 'yesterday' }],
      ['of another issuer', { iss: 'portal' }],
      ['without issuer', { iss: undefined }],
    ])('A-211 an assertion %s is refused', async (_, claims) => {
      const answer = await present(agent, assertionOf(claims))
      expect([answer.status, answer.json()['error']]).toEqual([401, 'invalid_client'])
    })

    it('A-211 an assertion whose subject is not the client_id of the request is refused', async () => {
      const named = await present(agent, assertionOf(), { form: { client_id: 'portal' } })
      expect([named.status, named.json()['error']]).toEqual([400, 'invalid_request'])
      expect((await present(agent, assertionOf({ sub: 'portal' }))).status).toBe(401)
      expect((await present(agent, assertionOf({ sub: undefined }))).status).toBe(401)
    })

    it('A-211 a refused assertion does not use up its jti', async () => {
      const jti = randomUUID()
      expect((await present(agent, assertionOf({ jti, aud: `${ISSUER}/` }))).status).toBe(401)
      expect((await present(agent, assertionOf({ jti }))).status).toBe(200)
    })
  })
})
