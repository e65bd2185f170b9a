import { createHash } from 'node:crypto'
import { createLocalJWKSet, type JSONWebKeySet, jwtVerify } from 'jose'
import { describe, expect, it } from 'vitest'
import { APP, agentOf, OWN, PORTAL, refresh, signIn } from '../support/flows.ts'
import { withHouse } from '../support/on-every-storage.ts'
import {
  call,
  clientToken,
  faceOf,
  introspect,
  isActive,
  JSON_ONLY,
  ORDERS_API,
  OTHER_API,
  sendRaw,
  statusOf,
  userinfo,
  WITH_SIGNER,
} from './probes.ts'

withHouse({ storage: 'postgresql', setUp: WITH_SIGNER }, (house) => {
  const node = () => house().nodes[0]?.url ?? ''
  const claimsOf = async (idToken: string) => {
    const keys = (await agentOf(house()).request('/oauth2/jwks')).json() as unknown as JSONWebKeySet
    return (await jwtVerify(idToken, createLocalJWKSet(keys))).payload
  }

  describe('metadata and keys', () => {
    it('A-325 show public keys only, each with a name of its own', async () => {
      const { keys } = (await agentOf(house()).request('/oauth2/jwks')).json() as {
        keys: Record<string, unknown>[]
      }
      expect(keys.map(({ alg }) => alg).toSorted()).toEqual(['ES256', 'EdDSA', 'RS256'])
      expect(new Set(keys.map(({ kid }) => kid)).size).toBe(keys.length)
      for (const key of keys) {
        for (const member of ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k'])
          expect(key).not.toHaveProperty(member)
        expect(key['use']).toBe('sig')
      }
    })

    it.each(['/oauth2/jwks', '/.well-known/openid-configuration'])(
      'A-325 %s answers HEAD and If-None-Match',
      async (path) => {
        const agent = agentOf(house())
        const whole = await agent.request(path)
        const head = await agent.request(path, { method: 'HEAD' })
        expect([head.status, head.text]).toEqual([200, ''])
        const etag = whole.headers.get('etag') ?? ''
        expect(etag).not.toBe('')
        // By hand: `fetch` says `no-cache` along with it.
        const ask = (match: string) =>
          sendRaw(
            node(),
            `GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nIf-None-Match: ${match}\r\n\r\n`,
          )
        const again = await ask(etag)
        expect(statusOf(again)).toBe(304)
        expect(again.endsWith('\r\n\r\n')).toBe(true)
        const other = await ask('"other"')
        expect(statusOf(other)).toBe(200)
        expect(other.endsWith(whole.text)).toBe(true)
      },
    )

    it('A-325 metadata has one spelling', async () => {
      for (const path of ['/..%2f..%2f', '/../..', '/', '%00', ';x', '.json']) {
        const answer = await sendRaw(
          node(),
          `GET /.well-known/openid-configuration${path} HTTP/1.1\r\nHost: localhost:3000\r\nConnection: close\r\n\r\n`,
        )
        expect([path, statusOf(answer)]).toEqual([path, 404])
      }
    })
  })

  describe('id tokens', () => {
    it.each([
      ['plain', 'n-0S6_WzA2Mj'],
      ['long', 'n'.repeat(500)],
      ['full of signs', 'a b&c=d%20"<é>\u{1f512}+/'],
    ])('A-239 carry a %s nonce byte for byte, and after a refresh the same or none', async (_, nonce) => {
      const agent = agentOf(house())
      const scope = 'openid offline_access'
      const { tokens } = await signIn(house(), agent, PORTAL, { scope, prompt: 'consent', nonce })
      expect((await claimsOf(tokens.id_token))['nonce']).toBe(nonce)
      const next = (await refresh(agent, PORTAL, tokens.refresh_token)).json()
      const later = await claimsOf(String(next['id_token']))
      expect([nonce, undefined]).toContain(later['nonce'])
      expect(later.sub).toBe((await claimsOf(tokens.id_token)).sub)
      expect(later['auth_time']).toBe((await claimsOf(tokens.id_token))['auth_time'])
    })

    it('A-239 carry no wrong hash of the access token that came with them', async () => {
      const agent = agentOf(house())
      const { tokens } = await signIn(house(), agent, PORTAL)
      const next = (await refresh(agent, PORTAL, tokens.refresh_token)).json()
      for (const { id_token, access_token } of [tokens, next]) {
        // OpenID Connect Core §3.1.3.6: optional here; the left half of SHA-256, as the signature is ES256.
        const half = createHash('sha256').update(String(access_token)).digest().subarray(0, 16)
        expect([undefined, half.toString('base64url')]).toContain(
          (await claimsOf(String(id_token)))['at_hash'],
        )
      }
    })
  })

  describe('introspection', () => {
    it('A-323 asks who wants to know', async () => {
      const agent = agentOf(house())
      const { tokens } = await signIn(house(), agent, APP)
      const nobody = await call(agent, '/oauth2/introspect', { token: tokens.access_token })
      expect([400, 401]).toContain(nobody.status)
      expect(nobody.text).not.toContain('active')
      const wrong = await introspect(agent, tokens.access_token, { ...PORTAL, secret: 'wrong' })
      expect(wrong.status).toBe(401)
      const query = await agent.request(`/oauth2/introspect?token=${tokens.access_token}`, {
        headers: JSON_ONLY,
      })
      expect(query.status).toBe(405)
    })

    it('A-323 tells a public client nothing, not even of its own tokens', async () => {
      const agent = agentOf(house())
      const { tokens } = await signIn(house(), agent, APP)
      for (const token of [tokens.access_token, tokens.refresh_token]) {
        const answer = await call(agent, '/oauth2/introspect', { token, client_id: APP.clientId })
        expect(answer.json()).toEqual({ active: false })
      }
      expect((await userinfo(agent, tokens.access_token)).status).toBe(200)
    })

    it('A-323 A-234 tells a resource of its own tokens only', async () => {
      const agent = agentOf(house())
      const { tokens: notes } = await signIn(house(), agent, PORTAL, {
        scope: 'openid notes:read',
        resource: 'https://notes.example',
      })
      const { tokens: plain } = await signIn(house(), agentOf(house()), PORTAL)
      const answer = (await introspect(agent, notes.access_token, ORDERS_API)).json()
      expect(answer).toMatchObject({ active: true, aud: 'https://notes.example', client_id: 'portal' })
      const inactive = faceOf(await introspect(agent, 'a'.repeat(65), OTHER_API))
      for (const token of [notes.access_token, plain.access_token, plain.refresh_token, plain.id_token]) {
        expect(faceOf(await introspect(agent, token, OTHER_API))).toEqual(inactive)
      }
      expect((await introspect(agent, plain.refresh_token, ORDERS_API)).json()).toEqual({ active: false })
    })

    it('A-234 shows of a client’s own token no person', async () => {
      const token = String((await clientToken(agentOf(house()))).json()['access_token'])
      const claims = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString())
      expect(claims).toMatchObject({ sub: 'orders-api', client_id: 'orders-api', scope: 'orders:read' })
    })
  })

  describe('revocation', () => {
    const revoke = (agent: ReturnType<typeof agentOf>, token: string, as = PORTAL) =>
      call(agent, '/oauth2/revoke', { token }, as)

    it('A-241 of another client’s tokens answers as usual and does nothing', async () => {
      const agent = agentOf(house())
      const { tokens } = await signIn(house(), agent, PORTAL)
      const unknown = faceOf(await revoke(agent, 'a'.repeat(65), OWN))
      expect(unknown.status).toBe(200)
      for (const token of [tokens.access_token, tokens.refresh_token]) {
        expect(faceOf(await revoke(agent, token, OWN))).toEqual(unknown)
        expect(await isActive(agent, token)).toBe(true)
      }
      expect((await refresh(agent, PORTAL, tokens.refresh_token)).status).toBe(200)
    })

    it('A-241 asks who revokes', async () => {
      const agent = agentOf(house())
      const { tokens } = await signIn(house(), agent, PORTAL)
      for (const over of [{}, { client_id: 'portal' }, { client_id: 'app', client_secret: 'x' }]) {
        const form = { token: tokens.refresh_token, ...over }
        const answer = await call(agent, '/oauth2/revoke', form as Record<string, string>)
        expect([400, 401]).toContain(answer.status)
      }
      expect(await isActive(agent, tokens.refresh_token)).toBe(true)
    })

    it('A-241 of a refresh token ends its family, and may be sent twice', async () => {
      const agent = agentOf(house())
      const { tokens } = await signIn(house(), agent, PORTAL)
      const next = (await refresh(agent, PORTAL, tokens.refresh_token)).json()
      for (const token of [String(next['refresh_token']), String(next['refresh_token'])]) {
        expect((await revoke(agent, token)).status).toBe(200)
      }
      expect((await refresh(agent, PORTAL, String(next['refresh_token']))).status).toBe(400)
      for (const token of [tokens.access_token, String(next['access_token'])]) {
        expect(await isActive(agent, token)).toBe(false)
        expect((await userinfo(agent, token)).status).toBe(401)
      }
    })
  })
})
