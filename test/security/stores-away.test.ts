import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Answer } from '../support/agent.ts'
import {
  agentOf,
  authorizationRequest,
  authorize,
  exchange,
  follow,
  PERSON,
  PORTAL,
  refresh,
  signIn,
} from '../support/flows.ts'
import { type House, openHouseOn } from '../support/house.ts'
import { type RunningService, startPostgres, startRedis } from '../support/services.ts'
import { setPasswordLink } from '../support/within.ts'
import { assertionBy, presenting } from './assertions.ts'
import { call, clientToken, introspect, ORDERS_API, SIGNER, SOON, userinfo, WITH_SIGNER } from './probes.ts'

/** A request that is ready to be sent, once the store behind it has gone. */
type Ready = () => Promise<Answer>

let redis: RunningService
let postgres: RunningService
let house: House

beforeAll(async () => {
  ;[redis, postgres] = await Promise.all([startRedis(), startPostgres()])
  house = await openHouseOn({ databaseUrl: postgres.url, redisUrl: redis.url }, { setUp: WITH_SIGNER })
})
afterAll(async () => {
  await house?.stop()
  await Promise.all([redis?.stop(), postgres?.stop()])
})

/** Of a person's browser: before and after she has signed in, at every page of ours. */
async function readyPages(): Promise<Record<string, Ready>> {
  const [fresh, atSignIn, atConsent] = [agentOf(house), agentOf(house), agentOf(house)] as const
  const [signedIn, waiting, linked] = [agentOf(house), agentOf(house), agentOf(house)] as const
  const request = () => authorizationRequest(PORTAL, { scope: 'openid profile' })
  const login = await follow(atSignIn, house.issuer, request().url)
  const before = await follow(
    atConsent,
    house.issuer,
    authorizationRequest(PORTAL, { prompt: 'consent' }).url,
  )
  const sent = await atConsent.submit(before.page, before.at, {
    username: PERSON.email,
    password: PERSON.password,
  })
  const consent = await follow(atConsent, house.issuer, sent.location ?? '')
  await authorize(house, signedIn, request())
  const logout = await signedIn.request('/oauth2/logout')
  const asked = await follow(waiting, house.issuer, request().url)
  const resumed = await waiting.submit(asked.page, asked.at, {
    username: PERSON.email,
    password: PERSON.password,
  })
  const link = await setPasswordLink(house, 'grace@example.com')
  const form = await linked.request(link)
  return {
    'authorization request': () => fresh.request(request().url),
    'authorization request of a session': () => signedIn.request(request().url),
    'silent authorization request': () =>
      signedIn.request(authorizationRequest(PORTAL, { prompt: 'none' }).url),
    'sign-in page': () => atSignIn.request(login.at),
    'sign-in form': () =>
      atSignIn.submit(login.page, login.at, { username: PERSON.email, password: PERSON.password }),
    'consent page': () => atConsent.request(consent.at),
    'consent form': () => atConsent.submit(consent.page, consent.at, { decision: 'approve' }),
    'resumed request': () => waiting.request(resumed.location ?? ''),
    'sign-out page': () => signedIn.request('/oauth2/logout'),
    'sign-out form': () => signedIn.submit(logout, '/oauth2/logout/confirm', { logout: 'yes' }),
    'set-password page': () => linked.request(link),
    'set-password form': () => linked.submit(form, link, { password: 'a brand new password 1906' }),
  }
}

/** Of applications: every protocol endpoint. */
async function readyCalls(): Promise<Record<string, Ready>> {
  const agent = agentOf(house)
  const { tokens } = await signIn(house, agent, PORTAL)
  const request = authorizationRequest(PORTAL)
  const code = (await authorize(house, agent, request)).searchParams.get('code') ?? ''
  const client = {
    grant_type: 'client_credentials',
    scope: 'orders:read',
    resource: 'https://orders.example',
  }
  const form = Object.fromEntries(new URL(authorizationRequest(PORTAL).url, house.issuer).searchParams)
  return {
    userinfo: () => userinfo(agent, tokens.access_token),
    introspection: () => introspect(agent, tokens.access_token),
    'code exchange': () => exchange(agent, PORTAL, code, request.verifier),
    refresh: () => refresh(agent, PORTAL, tokens.refresh_token),
    'client assertion': () =>
      call(agent, '/oauth2/token', { ...client, ...presenting(assertionBy(SIGNER, house.issuer)) }),
    'client credentials': () => clientToken(agent),
    'pushed request': () => call(agent, '/oauth2/par', form, PORTAL),
    revocation: () => call(agent, '/oauth2/revoke', { token: tokens.refresh_token }, PORTAL),
  }
}

/** What only the log may know. */
const INSIDE =
  /redis|postgres|ioredis|kysely|oidc-provider|ECONN|127\.0\.0\.1|node_modules|\.ts:\d| {4}at |select |\wError\b/i

async function expectNothingButAnId(name: string, ready: Ready): Promise<void> {
  const began = performance.now()
  const answer = await ready()
  expect([name, answer.status]).toEqual([name, 503])
  expect(performance.now() - began).toBeLessThan(4_000)
  expect(answer.text).not.toMatch(INSIDE)
  expect(answer.location).toBeUndefined()
  expect(answer.headers.get('retry-after')).toMatch(/^\d+$/)
  expect(answer.headers.get('cache-control')).toContain('no-store')
  const id = answer.headers.get('x-request-id') ?? ''
  expect(house.log()).toContain(id)
  if (answer.headers.get('content-type')?.startsWith('application/json')) {
    expect(answer.json()).toMatchObject({ error: 'temporarily_unavailable' })
  } else {
    expect(answer.text).toContain(id)
  }
}

async function without(store: RunningService, work: () => Promise<void>): Promise<void> {
  store.kill('SIGKILL')
  try {
    await work()
  } finally {
    await store.restart()
    await servesAgain()
  }
}

const stillServed = async () => {
  const agent = agentOf(house)
  for (const path of ['/oauth2/jwks', '/.well-known/openid-configuration']) {
    expect((await agent.request(path)).status).toBe(200)
  }
}

const servesAgain = async () => {
  const answers = async () => (await agentOf(house).request(authorizationRequest(PORTAL).url)).status
  await expect.poll(answers, SOON).toBe(303)
  await signIn(house, agentOf(house), PORTAL)
}

describe('a store that is away', () => {
  it('A-914 Redis: every page and every endpoint says so, and no more', async () => {
    const { 'set-password page': _, 'set-password form': __, ...pages } = await readyPages()
    const { 'client credentials': ___, ...calls } = await readyCalls()
    await without(redis, async () => {
      for (const [name, ready] of Object.entries({ ...calls, ...pages }))
        await expectNothingButAnId(name, ready)
      await stillServed()
      // A signed token of a client’s own is kept nowhere.
      expect((await clientToken(agentOf(house))).status).toBe(200)
    })
  })

  it('A-914 PostgreSQL: every page and every endpoint says so, and no more', async () => {
    const { 'sign-in page': _, 'sign-out form': __, ...pages } = await readyPages()
    const calls = await readyCalls()
    const agent = agentOf(house)
    await without(postgres, async () => {
      // For a second the node goes by what it knew of people and clients.
      for (const client of [PORTAL, SIGNER, ORDERS_API]) {
        const known = async () => (await introspect(agent, 'x', client)).status
        await expect.poll(known, SOON).toBe(503)
      }
      await expect.poll(async () => (await pages['sign-out page']?.())?.status, SOON).toBe(503)
      for (const [name, ready] of Object.entries({ ...calls, ...pages }))
        await expectNothingButAnId(name, ready)
      await stillServed()
    })
  })

  it('A-914 the log knows the reason, and no rejection went unhandled', async () => {
    const agent = agentOf(house)
    const told = async () => {
      const { status, headers } = await agent.request(authorizationRequest(PORTAL).url)
      const id = headers.get('x-request-id') ?? '?'
      return status === 503
        ? house
            .log()
            .split('\n')
            .filter((line) => line.includes(id))
            .join('\n')
        : ''
    }
    for (const [name, store] of Object.entries({ redis, postgresql: postgres })) {
      await without(store, () => expect.poll(told, SOON).toContain(`"detail":"${name}"`))
    }
    expect(house.log()).not.toMatch(/unhandled/i)
    expect(house.nodes[0]?.process.exitCode).toBeNull()
  })
})
