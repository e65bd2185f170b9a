import { createLocalJWKSet, type JSONWebKeySet, jwtVerify } from 'jose'
import { describe, expect, it } from 'vitest'
import {
  APP,
  agentOf,
  authorizationRequest,
  authorize,
  basic,
  exchange,
  follow,
  OWN,
  PERSON,
  PORTAL,
  refresh,
  signIn,
} from '../support/flows.ts'
import type { House } from '../support/house.ts'
import { onBothStorages } from '../support/on-every-storage.ts'

async function keysOf(house: House) {
  const answer = await agentOf(house).request('/oauth2/jwks')
  return createLocalJWKSet(answer.json() as unknown as JSONWebKeySet)
}

onBothStorages((house) => {
  describe('authorization code with PKCE', () => {
    it('ends in tokens that verify, with what was asked for and no more', async () => {
      const agent = agentOf(house())
      const { tokens, callback, request } = await signIn(house(), agent, PORTAL)
      expect(callback.origin + callback.pathname).toBe(PORTAL.redirectUri)
      expect(callback.searchParams.get('state')).toBe(request.state)
      expect(callback.searchParams.get('iss')).toBe(house().issuer)
      const { payload, protectedHeader } = await jwtVerify(tokens.id_token, await keysOf(house()), {
        issuer: house().issuer,
        audience: 'portal',
      })
      expect(protectedHeader.alg).toBe('ES256')
      expect(payload).toMatchObject({ nonce: request.nonce, acr: 'urn:gatehouse:acr:1fa', amr: ['pwd'] })
      expect(payload).toHaveProperty('auth_time')
      expect(payload).not.toHaveProperty('email')
      expect(tokens.refresh_token).toMatch(/^ghr_/)

      const userinfo = await agent.request('/oauth2/userinfo', {
        headers: { authorization: `Bearer ${tokens.access_token}` },
      })
      expect(userinfo.json()).toMatchObject({ sub: payload.sub, email: PERSON.email, name: 'Ada Lovelace' })
    })

    it('asks for consent once, and again only for what is new', async () => {
      const agent = agentOf(house())
      const person = { email: 'grace@example.com', password: 'nanosecond wire 1906' }
      await authorize(house(), agent, authorizationRequest(APP, { scope: 'openid email' }), person)
      const again = authorizationRequest(APP, { scope: 'openid email' })
      const { page } = await follow(agent, house().issuer, again.url)
      expect(new URL(page.location ?? '').searchParams.get('code')).toBeTruthy()
      const more = await follow(
        agent,
        house().issuer,
        authorizationRequest(APP, { scope: 'openid phone' }).url,
      )
      expect(more.page.text).toContain('name="decision"')
    })

    it('never asks for a first-party client', async () => {
      const { tokens } = await signIn(house(), agentOf(house()), OWN, {})
      expect(tokens.scope).toBe('openid profile email')
      expect(tokens.refresh_token).toBeUndefined()
    })

    it('drops offline_access unless consent is asked for', async () => {
      const { tokens } = await signIn(house(), agentOf(house()), OWN, { scope: 'openid offline_access' })
      expect(tokens.refresh_token).toBeUndefined()
    })

    it('gives a JWT access token of RFC 9068 for a resource', async () => {
      const { tokens } = await signIn(house(), agentOf(house()), PORTAL, {
        scope: 'openid orders:read orders:write',
        resource: 'https://orders.example',
      })
      const { payload, protectedHeader } = await jwtVerify(tokens.access_token, await keysOf(house()), {
        issuer: house().issuer,
        audience: 'https://orders.example',
      })
      expect(protectedHeader).toMatchObject({ alg: 'ES256', typ: 'at+jwt' })
      expect(payload).toMatchObject({ scope: 'orders:read orders:write', client_id: 'portal' })
    })

    it('goes through a pushed authorization request, once', async () => {
      const agent = agentOf(house())
      const request = authorizationRequest(PORTAL)
      const pushed = await agent.request('/oauth2/par', {
        form: Object.fromEntries(new URL(request.url, house().issuer).searchParams),
        headers: { accept: 'application/json', ...basic(PORTAL) },
      })
      expect(pushed.status).toBe(201)
      const uri = String(pushed.json()['request_uri'])
      const url = `/oauth2/authorize?client_id=portal&request_uri=${encodeURIComponent(uri)}`
      const callback = await authorize(house(), agent, { ...request, url })
      expect(
        (await exchange(agent, PORTAL, callback.searchParams.get('code') ?? '', request.verifier)).status,
      ).toBe(200)
      const { page } = await follow(agent, house().issuer, url)
      expect(page.status).toBe(400)
      expect(page.text).toContain('invalid_request_uri')
    })
  })

  describe('refresh', () => {
    it('rotates, and the chain goes on from node to node', async () => {
      const agent = agentOf(house())
      let { tokens } = await signIn(house(), agent, PORTAL)
      for (let n = 0; n < 4; n++) {
        const node = house().nodes[n % house().nodes.length]?.url
        const answer = await refresh(agent, PORTAL, tokens.refresh_token, node)
        expect(answer.status).toBe(200)
        const next = answer.json() as unknown as typeof tokens
        expect(next.refresh_token).not.toBe(tokens.refresh_token)
        tokens = next
      }
    })

    it('answers a repeat with the same successor, and reuse by ending family and session', async () => {
      const agent = agentOf(house())
      const { tokens } = await signIn(house(), agent, PORTAL)
      const r1 = (await refresh(agent, PORTAL, tokens.refresh_token)).json()
      const repeat = (await refresh(agent, PORTAL, tokens.refresh_token)).json()
      expect(repeat['refresh_token']).toBe(r1['refresh_token'])
      const r2 = (await refresh(agent, PORTAL, String(r1['refresh_token']))).json()
      const late = await refresh(agent, PORTAL, tokens.refresh_token)
      expect(late.json()).toMatchObject({ error: 'invalid_grant' })
      expect((await refresh(agent, PORTAL, String(r2['refresh_token']))).status).toBe(200)
    })
  })

  describe('looking into tokens and ending them', () => {
    const introspect = (agent: ReturnType<typeof agentOf>, token: string, as = PORTAL) =>
      agent.request('/oauth2/introspect', {
        form: { token },
        headers: { accept: 'application/json', ...basic(as) },
      })
    const revoke = (agent: ReturnType<typeof agentOf>, token: string) =>
      agent.request('/oauth2/revoke', {
        form: { token },
        headers: { accept: 'application/json', ...basic(PORTAL) },
      })

    it('introspection tells the own client and the resource, and nobody else', async () => {
      const agent = agentOf(house())
      const { tokens } = await signIn(house(), agent, PORTAL)
      expect((await introspect(agent, tokens.access_token)).json()).toMatchObject({
        active: true,
        client_id: 'portal',
      })
      expect((await introspect(agent, tokens.refresh_token)).json()).toMatchObject({ active: true })
      expect((await introspect(agent, tokens.access_token, OWN)).json()).toEqual({ active: false })

      const { tokens: notes } = await signIn(house(), agentOf(house()), PORTAL, {
        scope: 'openid notes:read',
        resource: 'https://notes.example',
      })
      const api = { clientId: 'orders-api', secret: 'orders-secret-0123456789', redirectUri: '' }
      expect((await introspect(agent, notes.access_token, api)).json()).toMatchObject({
        active: true,
        scope: 'notes:read',
      })
    })

    it('revoking an access token spares the family, revoking a refresh token ends all', async () => {
      const agent = agentOf(house())
      const { tokens } = await signIn(house(), agent, PORTAL)
      expect((await revoke(agent, tokens.access_token)).status).toBe(200)
      expect((await introspect(agent, tokens.access_token)).json()).toEqual({ active: false })
      const next = (await refresh(agent, PORTAL, tokens.refresh_token)).json()
      // The token before last ends the family too: who signs out with it means it.
      expect((await revoke(agent, tokens.refresh_token)).status).toBe(200)
      expect((await refresh(agent, PORTAL, String(next['refresh_token']))).status).toBe(400)
      expect((await introspect(agent, String(next['access_token']))).json()).toEqual({ active: false })
      expect((await revoke(agent, tokens.refresh_token)).status).toBe(200)
    })
  })

  describe('signing out', () => {
    it('asks first, ends session and access tokens, and spares a family with offline_access', async () => {
      const agent = agentOf(house())
      const { tokens } = await signIn(house(), agent, PORTAL)
      const { tokens: online } = await signIn(house(), agent, OWN, {})
      const url = `/oauth2/logout?${new URLSearchParams({
        id_token_hint: tokens.id_token,
        post_logout_redirect_uri: 'https://portal.example/bye',
        state: 'so long',
      })}`
      const page = await agent.request(url)
      expect(page.status).toBe(200)
      expect(
        (
          await agent.request('/oauth2/userinfo', {
            headers: { authorization: `Bearer ${online.access_token}` },
          })
        ).status,
      ).toBe(200)
      const left = await agent.submit(page, '/oauth2/logout/confirm', { logout: 'yes' })
      expect(left.location).toBe('https://portal.example/bye?state=so+long')
      const { page: asked } = await follow(
        agent,
        house().issuer,
        authorizationRequest(OWN, { prompt: 'none' }).url,
      )
      expect(new URL(asked.location ?? '').searchParams.get('error')).toBe('login_required')
      expect(
        (
          await agent.request('/oauth2/userinfo', {
            headers: { authorization: `Bearer ${online.access_token}` },
          })
        ).status,
      ).toBe(401)
      expect((await refresh(agent, PORTAL, tokens.refresh_token)).status).toBe(200)
    })
  })
})
