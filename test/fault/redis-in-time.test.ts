/**
 * Redis forgets what it has acknowledged: its last second, an hour, or everything. Nothing that was used comes back, and
 * nobody is signed out or accused who need not be.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { assertionBy, presenting } from '../security/assertions.ts'
import {
  call,
  eventsOf,
  JSON_ONLY,
  metric,
  ORDERS_API,
  SIGNER,
  SOON,
  WITH_SIGNER,
} from '../security/probes.ts'
import type { Agent, Answer } from '../support/agent.ts'
import { createKey, type Key } from '../support/dpop.ts'
import {
  agentOf,
  authorizationRequest,
  authorize,
  basic,
  exchange,
  PORTAL,
  refresh,
  signIn,
  type Tokens,
} from '../support/flows.ts'
import { editGrant } from '../support/grant-lines.ts'
import { openRedisInTime, type RedisInTime } from '../support/redis-in-time.ts'
import { trailOf } from '../support/trail.ts'

const OFFLINE = { scope: 'openid offline_access', prompt: 'consent' }
const TOKEN = '/oauth2/token'
const ISSUER = 'http://localhost:3000'
const BEHIND = 'auth_refresh_total{result="behind"}'
const REUSES = 'auth_refresh_reuse_detected_total'
const refusedGrant = [400, 'invalid_grant']

let time: RedisInTime
beforeAll(async () => {
  time = await openRedisInTime(WITH_SIGNER)
})
afterAll(() => time?.close())

const nodeOf = (n: number): string => time.house.nodes[n]?.url ?? ''
const errorIn = (answer: Answer): unknown[] => [answer.status, answer.json()['error']]
const tokenIn = (answer: Answer): string => String(answer.json()['refresh_token'])

/** The successor, which there must be. */
const rotated = async (agent: Agent, token: string, n = 0): Promise<string> => {
  const answer = await refresh(agent, PORTAL, token, nodeOf(n))
  expect(answer.status).toBe(200)
  return tokenIn(answer)
}

/** r0 of a new family, and so many after it. */
const chainOf = async (agent: Agent, length: number, first?: string): Promise<string[]> => {
  const chain = [first ?? (await signIn(time.house, agent, PORTAL)).tokens.refresh_token]
  while (chain.length < length) chain.push(await rotated(agent, chain.at(-1) ?? '', chain.length % 2))
  return chain
}

/** A code that can be exchanged, again and again. */
const codeFor = async (agent: Agent) => {
  const request = authorizationRequest(PORTAL, OFFLINE)
  const code = (await authorize(time.house, agent, request)).searchParams.get('code') ?? ''
  return (n: number) => exchange(agent, PORTAL, code, request.verifier, nodeOf(n))
}

const pushed = async (agent: Agent) => {
  const form = Object.fromEntries(new URL(authorizationRequest(PORTAL).url, ISSUER).searchParams)
  const { request_uri: uri } = (await call(agent, '/oauth2/par', form, PORTAL)).json()
  const parameters = new URLSearchParams({ client_id: PORTAL.clientId, request_uri: String(uri) })
  return (n: number) => agent.request(`/oauth2/authorize?${parameters}`, { node: nodeOf(n) })
}

const assert = (assertion: string, n: number) =>
  agentOf(time.house, n).request(TOKEN, {
    form: {
      grant_type: 'client_credentials',
      scope: 'orders:read',
      resource: 'https://orders.example',
      ...presenting(assertion),
    },
    headers: JSON_ONLY,
  })

const prove = (dpop: string, n: number) =>
  agentOf(time.house, n).request(TOKEN, {
    form: { grant_type: 'client_credentials' },
    headers: { ...JSON_ONLY, ...basic(ORDERS_API), dpop },
  })

const proofBy = (key: Key, nonce?: string) => key.prove({ htu: ISSUER + TOKEN, nonce })
const nonceIn = ({ headers }: Answer): string => headers.get('dpop-nonce') ?? ''

/** A proof and an assertion that were good, and have been used. */
async function usedUp() {
  const key = await createKey()
  const nonce = nonceIn(await prove(await proofBy(key), 0))
  const [proof, unused, assertion] = [
    await proofBy(key, nonce),
    await proofBy(key, nonce),
    assertionBy(SIGNER, ISSUER),
  ]
  expect([(await prove(proof, 0)).status, (await assert(assertion, 0)).status]).toEqual([200, 200])
  return { key, proof, unused, assertion }
}

/** Also what was not used yet: nobody can tell. What is made from now on is good. */
async function expectUseless({ key, proof, unused, assertion }: Awaited<ReturnType<typeof usedUp>>) {
  for (const n of [0, 1]) {
    expect(errorIn(await assert(assertion, n))).toEqual([401, 'invalid_client'])
    for (const stale of [proof, unused]) {
      const asked = await prove(stale, n)
      expect(errorIn(asked)).toEqual([400, 'use_dpop_nonce'])
      expect((await prove(await proofBy(key, nonceIn(asked)), n)).status).toBe(200)
    }
    expect((await assert(assertionBy(SIGNER, ISSUER), n)).status).toBe(200)
  }
}

describe('F-102 when Redis comes back a little older than it was', () => {
  let [before, reused]: number[] = []
  let used: Awaited<ReturnType<typeof usedUp>>
  let agent: Agent
  let honest: string[]
  let tabs: string[]
  let delayed: string[]
  let forgotten: Tokens
  let exchangeAgain: (n: number) => Promise<Answer>
  let exchangeLate: (n: number) => Promise<Answer>
  let referAgain: (n: number) => Promise<Answer>

  beforeAll(async () => {
    ;[before, reused] = [await metric(time.house, BEHIND), await metric(time.house, REUSES)]
    agent = agentOf(time.house)
    honest = await chainOf(agent, 2)
    ;[tabs, delayed] = [await chainOf(agent, 1), await chainOf(agent, 1)]
    exchangeAgain = await codeFor(agent)
    exchangeLate = await codeFor(agent)
    referAgain = await pushed(agent)
    await time.save()
    honest.push(...(await chainOf(agent, 3, honest[1])).slice(1))
    for (const chain of [tabs, delayed]) chain.push(...(await chainOf(agent, 4, chain[0])).slice(1))
    forgotten = (await exchangeAgain(0)).json() as unknown as Tokens
    expect((await referAgain(0)).status).toBe(303)
    used = await usedUp()
    await time.putBack()
  })

  it('L-1 a code that was redeemed is refused, and so is one that was not', async () => {
    for (const n of [0, 1]) expect(errorIn(await exchangeAgain(n))).toEqual(refusedGrant)
    expect(errorIn(await exchangeLate(1))).toEqual(refusedGrant)
    // Who signed in during the moment that is lost signs in again.
    expect(errorIn(await refresh(agent, PORTAL, forgotten.refresh_token))).toEqual(refusedGrant)
  })

  it('L-1 a pushed request that was used is not used again', async () => {
    const answer = await referAgain(1)
    expect([answer.status, answer.text.includes('invalid_request_uri')]).toEqual([400, true])
  })

  it('A-209 A-219 assertions and proofs of before are refused, and new ones are taken', () =>
    expectUseless(used))

  it('L-3 L-6 an honest client goes on with the token it has, the other tab’s retry does no harm', async () => {
    const [, , r2 = '', r3 = ''] = honest
    const r4 = await rotated(agent, r3, 1)
    // A repeat, once the family is caught up, is a repeat.
    expect(await rotated(agent, r3, 0)).toBe(r4)
    expect(errorIn(await refresh(agent, PORTAL, r2))).toEqual(refusedGrant)
    const r5 = await rotated(agent, r4, 0)
    expect(errorIn(await refresh(agent, PORTAL, r3))).toEqual(refusedGrant)
    expect(new Set([...honest, r4, r5]).size).toBe(6)
    await rotated(agent, r5, 1)
    expect((await metric(time.house, BEHIND)) - (before ?? 0)).toBe(1)
    expect((await metric(time.house, REUSES)) - (reused ?? 0)).toBe(0)
  })

  it('L-3 a tab with an older token first gets the same successor as ever; that the newer comes after it is noticed', async () => {
    const [, t1 = '', t2 = '', t3 = ''] = tabs
    expect(await rotated(agent, t1, 0)).toBe(t2)
    const t4 = await rotated(agent, t3, 1)
    await rotated(agent, t4)
    await expect
      .poll(() => eventsOf(time.house, 'risk.noticed').map(({ reason }) => reason), SOON)
      .toContain('refresh_behind_again')
    expect((await metric(time.house, REUSES)) - (reused ?? 0)).toBe(0)
  })

  it('L-6 a duplicate that was long on its way comes first: the newest token is good all the same', async () => {
    const [d0 = '', d1 = '', , d3 = ''] = delayed
    expect(await rotated(agent, d0, 1)).toBe(d1)
    await rotated(agent, await rotated(agent, d3, 0), 1)
    expect((await metric(time.house, REUSES)) - (reused ?? 0)).toBe(0)
  })

  it('the trail says which refreshes found the store behind, and knows of no reuse', async () => {
    const trail = await trailOf(time.house)
    const behind = trail.filter(({ event }) => event.details?.['behind'] === true)
    expect(behind.map(({ event }) => event.details?.['number'])).toEqual([4, 2, 4, 4])
    const others = trail.map(({ event }) => event.type).filter((type) => /reuse|risk/.test(type))
    expect(others).toEqual(['risk.noticed'])
  })
})

describe('F-109 when Redis has forgotten everything', () => {
  it('all sessions are gone, nothing that was used comes back, and people sign in again', async () => {
    const agent = agentOf(time.house)
    const [token = ''] = await chainOf(agent, 1)
    const [again, late, refer] = [await codeFor(agent), await codeFor(agent), await pushed(agent)]
    expect((await again(0)).status).toBe(200)
    const used = await usedUp()
    await time.redis.flushall()
    for (const use of [again, late]) expect(errorIn(await use(1))).toEqual(refusedGrant)
    expect(errorIn(await refresh(agent, PORTAL, token))).toEqual(refusedGrant)
    expect((await refer(0)).status).toBe(400)
    await expectUseless(used)
    await rotated(agent, (await chainOf(agent, 1))[0] ?? '', 1)
  })
})

describe('a record that has lost numbers in a Redis that remembers everything', () => {
  it('is not caught up: a token that is newer is refused, and an alarm', async () => {
    const agent = agentOf(time.house)
    const keys = new Set(await time.redis.keys('gh:{*}'))
    const [r0 = '', , r2 = ''] = await chainOf(agent, 3)
    const fresh = (await time.redis.keys('gh:{*}')).filter((key) => !keys.has(key) && !key.includes('}t:'))
    expect(fresh).toHaveLength(1)
    const [key = ''] = fresh
    await editGrant(time.redis, key, ({ state }) => ({ state: state.replace(/^2/, '1') }))
    const noticed = 'auth_risk_findings_total{rule="refresh_ahead",outcome="allow"}'
    const counted = await metric(time.house, noticed)
    expect(errorIn(await refresh(agent, PORTAL, r2))).toEqual(refusedGrant)
    expect((await metric(time.house, noticed)) - counted).toBe(1)
    expect(errorIn(await refresh(agent, PORTAL, r0))).not.toEqual([500, 'server_error'])
  })
})
