/** What the operator sets of the first-party API's tokens: what they are for, and how long they live. */
import { createRemoteJWKSet, decodeJwt, type JWTPayload, jwtVerify } from 'jose'
import { beforeAll, describe, expect, it } from 'vitest'
import { withoutFaults } from '../security/answers.ts'
import { call, introspect, ORDERS_API, SOON, userinfo } from '../security/probes.ts'
import type { Agent, Answer } from '../support/agent.ts'
import { createKey, type Key, withProof } from '../support/dpop.ts'
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
import { agentOf, PERSON, PORTAL, SET_UP, signIn } from '../support/flows.ts'
import type { House } from '../support/house.ts'
import { withHouse } from '../support/on-every-storage.ts'
import { trailOf } from '../support/trail.ts'

const ORDERS = 'https://orders.example'
const NOTES = 'https://notes.example'
const SETTINGS = {
  resource: ORDERS,
  access_token_ttl: '2m',
  refresh_token_ttl: '1h',
  refresh_family_ttl: '2h',
}
const ORDERS_SCOPES = 'orders:read orders:write'
const accessToken = (answer: Answer): string => String(answer.json()['access_token'])
const maxAge = (answer: Answer): string | undefined =>
  refreshCookie(answer)?.attributes.find((attribute) => attribute.startsWith('Max-Age='))

/** As the resource server would. */
async function verified(house: House, token: string, audience = ORDERS): Promise<JWTPayload> {
  const keys = createRemoteJWKSet(new URL(`${house.nodes[0]?.url}/oauth2/jwks`))
  const { payload } = await jwtVerify(token, keys, { issuer: house.issuer, audience, typ: 'at+jwt' })
  return payload
}

const isActive = async (agent: Agent, token: string): Promise<unknown> =>
  (await introspect(agent, token, ORDERS_API)).json()['active']

const withKey = (agent: Agent, key: Key, path: string, token?: string) =>
  withProof(agent, key, path, {
    method: 'POST',
    headers: { ...PAGE, ...(token === undefined ? { 'content-type': 'application/json' } : {}) },
    ...(token === undefined ? { body: JSON.stringify(credentials(PERSON)) } : { token }),
  })

withHouse({ storage: 'redis', nodes: 2, setUp: { ...SET_UP, first_party_api: SETTINGS } }, (house) => {
  withoutFaults(house)
  const agent = (node = 0): Agent => agentOf(house(), node)

  it('an access token is for the resource, as long as was set, and so is the one after a refresh', async () => {
    const own = agent()
    const given = await login(own)
    const next = await refreshBy(own, tokenOf(given), { node: house().nodes[1]?.url ?? '' })
    for (const answer of [given, next]) {
      expect(answer.json()).toEqual({
        access_token: expect.any(String),
        token_type: 'Bearer',
        expires_in: 120,
        scope: ORDERS_SCOPES,
      })
      const claims = await verified(house(), accessToken(answer))
      expect(claims).toMatchObject({ aud: ORDERS, client_id: 'first-party', scope: ORDERS_SCOPES })
      expect(Number(claims.exp) - Number(claims.iat)).toBe(120)
      expect(maxAge(answer)).toBe('Max-Age=3600')
      expect((await introspect(own, accessToken(answer), ORDERS_API)).json()).toMatchObject({
        active: true,
        client_id: 'first-party',
      })
      expect((await userinfo(own, accessToken(answer))).status).toBe(401)
    }
    const [a, b] = [given, next].map((answer) => decodeJwt(accessToken(answer))['sid'])
    expect([typeof a, b]).toEqual(['string', a])
  })

  it('A-618 A-605 who has it signs out, once, and the resource server learns of it', async () => {
    const own = agent()
    const given = await login(own)
    const token = accessToken(given)
    const out = await logout(agent(1), token)
    expect([out.status, maxAge(out)]).toEqual([204, 'Max-Age=0'])
    expect(codeOf(await refreshBy(own, tokenOf(given)))).toEqual([401, 'invalid_refresh'])
    expect(await isActive(own, token)).toBe(false)
    expect(codeOf(await logout(own, token))).toEqual([401, 'invalid_token'])
    const { sid } = decodeJwt(token)
    const ended = async () => (await call(own, '/oauth2/ended-sessions', {}, ORDERS_API)).json()['sessions']
    await expect.poll(ended, SOON).toContainEqual({ sid, ended_at: expect.any(Number) })
  })

  it('A-618 what another client has, or what is changed of it, signs nobody out', async () => {
    const own = agent()
    const given = await login(own)
    const portal = await signIn(house(), agent(), PORTAL, {
      scope: 'openid orders:read',
      resource: ORDERS,
      prompt: 'consent',
    })
    const [head, body, signature = ''] = accessToken(given).split('.')
    for (const token of [
      portal.tokens.access_token,
      `${head}.${body}.${signature.slice(2)}AA`,
      `${head}.${body}.`,
      accessToken(given).slice(0, 65),
    ])
      expect(codeOf(await logout(agent(), token))).toEqual([401, 'invalid_token'])
    expect((await refreshBy(own, tokenOf(given))).status).toBe(200)
    expect((await userinfo(agent(), portal.tokens.access_token)).status).toBe(401)
    expect((await introspect(agent(), portal.tokens.access_token, ORDERS_API)).json()['active']).toBe(true)
  })

  it('A-220 bound to a key, it signs out with a proof of that key alone', async () => {
    const [key, thief] = [await createKey(), await createKey()]
    const given = await withKey(agent(), key, '/auth/login')
    const token = accessToken(given)
    expect([given.status, given.json()['token_type']]).toEqual([200, 'DPoP'])
    expect(await verified(house(), token)).toMatchObject({ cnf: { jkt: key.jkt } })

    expect(codeOf(await logout(agent(), token))).toEqual([401, 'invalid_token'])
    expect(codeOf(await withKey(agent(), thief, '/auth/logout', token))).toEqual([401, 'invalid_token'])
    const nonce = (await withKey(agent(), thief, '/auth/logout', token)).headers.get('dpop-nonce')
    const sent = (over: Parameters<Key['prove']>[0]) =>
      key.prove(over).then((dpop) =>
        agent().request('/auth/logout', {
          method: 'POST',
          headers: { ...PAGE, authorization: `DPoP ${token}`, dpop },
        }),
      )
    const htu = 'http://localhost:3000/auth/logout'
    const bare = await sent({ htu, token })
    expect([codeOf(bare), bare.headers.get('dpop-nonce')]).toEqual([
      [400, 'use_dpop_nonce'],
      expect.any(String),
    ])
    const fresh = bare.headers.get('dpop-nonce') ?? nonce ?? ''
    for (const proof of [
      { htu, nonce: fresh },
      { htu, nonce: fresh, token: 'another' },
      { htu: 'http://localhost:3000/auth/refresh', nonce: fresh, token },
    ])
      expect(codeOf(await sent(proof))).toEqual([400, 'invalid_dpop_proof'])
    expect(await isActive(agent(), token)).toBe(true)
    expect((await withKey(agent(), key, '/auth/logout', token)).status).toBe(204)
    expect(await isActive(agent(), token)).toBe(false)
  })

  it('A-616 the house’s own address is nobody’s from outside, and its client neither', async () => {
    const token = accessToken(await login(agent()))
    const asked = (path: string) =>
      agent().request(path, {
        method: 'POST',
        headers: { accept: 'application/json', authorization: `Bearer ${token}` },
      })
    const [there, nowhere] = [await asked('/oauth2/held-access-token'), await asked('/oauth2/nowhere')]
    expect([there.status, there.json()['error']]).toEqual([nowhere.status, nowhere.json()['error']])
    expect(there.status).toBe(404)
    const introspected = await call(agent(), '/oauth2/introspect', { token, client_id: 'first-party' })
    expect([introspected.status, introspected.json()['error']]).toEqual([401, 'invalid_client'])
  })

  describe('when it is changed', () => {
    let old: { agent: Agent; first: Answer }
    beforeAll(async () => {
      const own = agent()
      old = { agent: own, first: await login(own) }
      // A resource whose tokens are opaque, and a life that the first refresh after it has.
      await house().apply({ version: 1, first_party_api: { resource: NOTES, refresh_token_ttl: '30m' } })
    })

    it('every node issues for what is set now, to sessions of before too', async () => {
      const onNode = (node: number) => login(agent(node)).then((answer) => answer.json()['scope'])
      await expect.poll(() => Promise.all([onNode(0), onNode(1)]), SOON).toEqual(['notes:read', 'notes:read'])
      const next = await refreshBy(old.agent, tokenOf(old.first))
      expect(next.json()).toMatchObject({ expires_in: 900, scope: 'notes:read' })
      expect(maxAge(next)).toBe('Max-Age=1800')
      const answer = await introspect(agent(), accessToken(next), ORDERS_API)
      expect(answer.json()).toMatchObject({ active: true, aud: NOTES, scope: 'notes:read' })
    })

    it('A-618 a token for what was set before signs nobody out, and the one for what is set now does', async () => {
      expect(codeOf(await logout(agent(), accessToken(old.first)))).toEqual([401, 'invalid_token'])
      const next = await refreshBy(old.agent)
      expect(next.status).toBe(200)
      expect((await logout(agent(), accessToken(next))).status).toBe(204)
      expect(codeOf(await refreshBy(old.agent, tokenOf(next)))).toEqual([401, 'invalid_refresh'])
    })

    it('and is recorded by the names of its fields', async () => {
      const told = (await trailOf(house()))
        .filter(({ event }) => event.type === 'first_party.updated')
        .map(({ event }) => [event['actor'], event['client'], event.details])
      const fields = Object.keys(SETTINGS)
      expect(told).toEqual([
        ['apply', 'first-party', { fields }],
        ['apply', 'first-party', { fields }],
      ])
    })
  })
})
