import { describe, expect, it } from 'vitest'
import type { Agent } from '../support/agent.ts'
import { APP, agentOf, authorizationRequest, basic, PORTAL, signIn, tokenRequest } from '../support/flows.ts'
import { withHouse } from '../support/on-every-storage.ts'
import { AT_THE_DOOR, JSON_ONLY, sendRaw, userinfo, WITH_SIGNER } from './probes.ts'

const EVIL = 'evil.example'
const PORTAL_BASIC = basic(PORTAL)['authorization']
const WRONG_BASIC = basic({ ...PORTAL, secret: 'wrong' })['authorization']

/** Everything that could bring an address of ours into an answer. */
const REQUESTS: [method: string, path: string, headers: string[], form?: string][] = [
  ['GET', '/.well-known/openid-configuration', []],
  ['GET', '/.well-known/oauth-authorization-server', []],
  ['GET', '/oauth2/jwks', []],
  ['GET', '/oauth2/userinfo', []],
  ['GET', '/oauth2/userinfo', ['Authorization: Bearer nothing']],
  ['POST', '/oauth2/token', [`Authorization: ${WRONG_BASIC}`], 'grant_type=refresh_token&refresh_token=x'],
  [
    'POST',
    '/oauth2/par',
    [`Authorization: ${PORTAL_BASIC}`],
    authorizationRequest(PORTAL).url.split('?')[1] ?? '',
  ],
  ['GET', '/oauth2/authorize?client_id=nobody', []],
  ['GET', authorizationRequest(PORTAL).url, []],
  ['GET', authorizationRequest(PORTAL, { prompt: 'none' }).url, []],
  ['GET', '/oauth2/logout', []],
  ['GET', '/interaction/nothing', []],
  ['GET', '/nothing/here', []],
  ['GET', '/', []],
]

const DISGUISES: [name: string, host: string, headers: string[], target?: string][] = [
  ['Host', EVIL, []],
  ['Host with a port', `${EVIL}:1234`, []],
  ['Host with user information', `a@${EVIL}`, []],
  ['Host that starts well', `localhost:3000@${EVIL}`, []],
  ['X-Forwarded-Host', 'localhost:3000', [`X-Forwarded-Host: ${EVIL}`, 'X-Forwarded-Proto: https']],
  [
    'X-Forwarded-Prefix and -Port',
    'localhost:3000',
    [`X-Forwarded-Prefix: /${EVIL}`, 'X-Forwarded-Port: 54321'],
  ],
  ['Forwarded', 'localhost:3000', [`Forwarded: for=1.2.3.4;host=${EVIL};proto=https`]],
  ['X-Original-URL', 'localhost:3000', [`X-Original-URL: /${EVIL}`, `X-Rewrite-URL: /${EVIL}`]],
  ['the request target', EVIL, [], `http://${EVIL}`],
]

withHouse({ storage: 'postgresql', setUp: WITH_SIGNER }, (house) => {
  const node = () => house().nodes[0]?.url ?? ''

  describe('addresses of ours', () => {
    it.each(DISGUISES)('A-324 never come from %s', async (_, host, headers, target = '') => {
      for (const [method, path, own, form] of REQUESTS) {
        const body =
          form === undefined
            ? []
            : ['Content-Type: application/x-www-form-urlencoded', `Content-Length: ${form.length}`]
        const lines = [`${method} ${target}${path} HTTP/1.1`, `Host: ${host}`, 'Connection: close']
        const answer = await sendRaw(
          node(),
          `${[...lines, ...headers, ...own, ...body].join('\r\n')}\r\n\r\n${form ?? ''}`,
        )
        expect(answer).toMatch(/^HTTP\/1\.1 [2-4]\d\d /)
        expect(answer).not.toContain(EVIL)
        expect(answer).not.toContain('54321')
        const addresses = answer.match(/https?:\/\/[^/"'\s]+/g) ?? []
        expect(addresses.filter((a) => a !== house().issuer && a !== 'https://portal.example')).toEqual([])
      }
    })

    it('A-324 are the same in every answer that a cache may keep', async () => {
      const agent = agentOf(house())
      for (const path of ['/.well-known/openid-configuration', '/oauth2/jwks']) {
        const answer = await agent.request(path, { headers: { origin: 'https://elsewhere.example' } })
        expect(answer.headers.get('vary')?.toLowerCase()).toContain('origin')
        expect(answer.text).not.toContain('elsewhere.example')
      }
      for (const path of ['/oauth2/userinfo', '/oauth2/authorize', '/interaction/nothing', '/nothing']) {
        expect((await agent.request(path)).headers.get('cache-control')).toContain('no-store')
      }
    })
  })

  describe('other origins', () => {
    const allowed = (agent: Agent, origin: string, path: string, form?: Record<string, string>) =>
      agent
        .request(path, { ...(form && { form }), headers: { ...JSON_ONLY, origin } })
        .then(({ headers }) => headers.get('access-control-allow-origin'))

    it('A-326 read a public client’s token answer only where that client lives', async () => {
      const agent = agentOf(house())
      const form = { ...AT_THE_DOOR, client_id: APP.clientId }
      expect(await allowed(agent, 'https://app.example', '/oauth2/token', form)).toBe('https://app.example')
      for (const origin of [
        'https://evil',
        'null',
        'https://app.example.evil',
        'http://app.example',
        'https://app.example:8443',
        'https://portal.example',
      ]) {
        expect(await allowed(agent, origin, '/oauth2/token', form)).toBeNull()
      }
    })

    it('A-326 get no tokens out of a client that does not live there', async () => {
      const agent = agentOf(house())
      const { tokens } = await signIn(house(), agent, APP)
      const form = { grant_type: 'refresh_token', refresh_token: tokens.refresh_token, client_id: 'app' }
      const answer = await agent.request('/oauth2/token', {
        form,
        headers: { ...JSON_ONLY, origin: 'https://evil' },
      })
      expect(answer.status).toBe(400)
      expect(answer.text).not.toMatch(/ghr_|token"/)
      expect((await tokenRequest(agent, APP, form)).status).toBe(200)
    })

    it('A-326 read nothing of a confidential client, nor of another’s person', async () => {
      const agent = agentOf(house())
      const { tokens } = await signIn(house(), agent, PORTAL)
      const headers = { ...JSON_ONLY, ...basic(PORTAL), origin: 'https://evil' }
      for (const path of ['/oauth2/token', '/oauth2/introspect', '/oauth2/revoke', '/oauth2/par']) {
        const answer = await agent.request(path, { form: { token: 'x', ...AT_THE_DOOR }, headers })
        expect(answer.headers.get('access-control-allow-origin')).toBeNull()
      }
      const bearer = { authorization: `Bearer ${tokens.access_token}` }
      for (const origin of ['https://evil', 'https://portal.example.evil', 'null']) {
        const answer = await agent.request('/oauth2/userinfo', { headers: { ...bearer, origin } })
        expect(answer.headers.get('access-control-allow-origin')).toBeNull()
        expect(answer.text).not.toContain('sub')
      }
      expect((await userinfo(agent, tokens.access_token)).status).toBe(200)
    })

    it('A-326 never send cookies along, and see no page of ours', async () => {
      const agent = agentOf(house())
      const origin = 'https://portal.example'
      const pages = [
        authorizationRequest(PORTAL).url,
        '/interaction/nothing',
        '/oauth2/logout',
        '/set-password',
        '/',
      ]
      for (const method of ['GET', 'OPTIONS']) {
        for (const path of [...pages, '/oauth2/token', '/oauth2/userinfo', '/oauth2/jwks']) {
          const preflight = {
            'access-control-request-method': 'POST',
            'access-control-request-headers': 'x-mine',
          }
          const { headers } = await agent.request(path, {
            method,
            headers: { origin, ...(method === 'OPTIONS' && preflight) },
          })
          expect(headers.get('access-control-allow-credentials')).toBeNull()
          if (pages.includes(path)) {
            expect([...headers.keys()].filter((name) => name.startsWith('access-control-'))).toEqual([])
          }
        }
      }
    })
  })
})
