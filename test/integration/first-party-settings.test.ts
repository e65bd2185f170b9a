/** What the operator sets of the first-party API's tokens: what they are for, and how long they live. */
import { rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createRemoteJWKSet, decodeJwt, type JWTPayload, jwtVerify } from 'jose'
import { beforeAll, describe, expect, it } from 'vitest'
import { withoutFaults } from '../security/answers.ts'
import { call, introspect, ORDERS_API, onDatabase, SOON, userinfo } from '../security/probes.ts'
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
import type { House, RunResult } from '../support/house.ts'
import { withHouse } from '../support/on-every-storage.ts'
import { trailOf } from '../support/trail.ts'
import { withinState } from '../support/within.ts'

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

/** Of every first-party family: what is left of its token and of itself, in tens of minutes. */
const livesIn = (house: House) =>
  withinState(house, async (_core, { grants }) => {
    const lives: number[][] = []
    for await (const batch of grants.list('client', 'first-party'))
      for (const { family } of batch)
        if (family !== undefined)
          lives.push([family.currentExpiresIn, family.endsIn].map((left) => Math.ceil(left / 600_000)))
    return lives
  })

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
    expect(await livesIn(house())).toEqual([[6, 12]])
    const [session] = await onDatabase(
      house(),
      `select round(extract(epoch from ends_at - created_at) / 60)::int as minutes from sessions
        where kind = 'first_party'`,
    )
    expect(session).toEqual({ minutes: 120 })
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
      // Its own end stays; whoever signs in now has the server's.
      const lives = await livesIn(house())
      expect(lives).toEqual(
        expect.arrayContaining([
          [3, 12],
          [3, 4320],
        ]),
      )
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

withHouse({ storage: 'embedded', setUp: SET_UP }, (house) => {
  withoutFaults(house)

  /** The lines of a file, as an operator writes it. */
  async function apply(text: string, ...flags: string[]): Promise<RunResult> {
    const file = join(tmpdir(), `gatehouse-first-party-${crypto.randomUUID()}.yaml`)
    await writeFile(file, text)
    const result = await house().run(['apply', file, ...flags])
    await rm(file)
    return { ...result, stderr: result.stderr.replaceAll(file, 'f.yaml') }
  }
  const said = ({ stderr }: RunResult): string[] =>
    stderr.split('\n').filter((line) => line !== '' && !line.includes('PASSWORD_HASH'))
  const isJwt = (token: string): boolean => token.split('.').length === 3

  it('is refused by line and column where there is no such resource, or it would go', async () => {
    const lost = await apply(
      'version: 1\nfirst_party_api:\n  access_token_ttl: 5m\n  resource: https://lost.example\n',
    )
    expect([lost.code, ...said(lost)]).toEqual([
      1,
      'f.yaml:4:3: first_party_api.resource: https://lost.example is no resource server',
      'Nothing was changed.',
    ])
    const pruned = await apply(`version: 1\nfirst_party_api: { resource: ${ORDERS} }\n`, '--prune')
    expect([pruned.code, ...said(pruned)]).toEqual([
      1,
      `f.yaml:2:20: first_party_api.resource: ${ORDERS} would be removed by --prune, and tokens are for it`,
      'Nothing was changed.',
    ])
  })

  it('comes into force in the running server, for a session of before too, and is taken back', async () => {
    const own = agentOf(house())
    const before = await login(own)
    expect(isJwt(accessToken(before))).toBe(false)

    const file = (life: string) =>
      `version: 1\nfirst_party_api:\n  resource: ${ORDERS}\n  scope: orders:read\n  refresh_family_ttl: ${life}\n`
    const shown = await apply(file('31d'), '--dry-run')
    expect(shown.stdout.split('\n').slice(0, 5)).toEqual([
      '+ settings of first-party',
      `    resource: "${ORDERS}"`,
      '    scope: "orders:read"',
      '    refresh_family_ttl: "2678400s"',
      '1 change would be made. Nothing was changed.',
    ])
    expect(shown.stderr).toContain(
      'warning: f.yaml:5:3: first_party_api.refresh_family_ttl: is longer than REFRESH_FAMILY_EXP, and so cut at 2592000s',
    )
    expect((await apply(file('1h'))).stdout).toContain('1 change made.')

    let next = before
    await expect
      .poll(async () => {
        next = await refreshBy(own)
        return isJwt(accessToken(next))
      }, SOON)
      .toBe(true)
    const { sid, scope } = await verified(house(), accessToken(next))
    expect(scope).toBe('orders:read')
    expect((await userinfo(own, accessToken(before))).status).toBe(200)

    // Born when there was no resource: its server learns of the end all the same.
    expect((await logout(own, accessToken(next))).status).toBe(204)
    const ended = async () => (await call(own, '/oauth2/ended-sessions', {}, ORDERS_API)).json()['sessions']
    await expect.poll(ended, SOON).toContainEqual({ sid, ended_at: expect.any(Number) })

    const after = await login(own)
    expect([isJwt(accessToken(after)), maxAge(after)]).toEqual([true, 'Max-Age=3600'])
    expect((await apply('version: 1\nfirst_party_api: {}\n')).stdout).toContain('resource: "https://orders')
    await expect
      .poll(async () => (await userinfo(own, accessToken(await refreshBy(own)))).status, SOON)
      .toBe(200)
  })
})
