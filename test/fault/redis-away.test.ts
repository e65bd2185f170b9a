/** Redis holds what expires; while it is away, what needs it says so at once and everything else goes on. */
import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { Redis } from 'ioredis'
import { createRemoteJWKSet, jwtVerify } from 'jose'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { createAgent } from '../support/agent.ts'
import { freePort } from '../support/browser.ts'
import { freshDatabase } from '../support/databases.ts'
import {
  agentOf,
  authorizationRequest,
  basic,
  follow,
  PORTAL,
  refresh,
  SET_UP,
  signIn,
} from '../support/flows.ts'
import { type House, type Node, openHouseOn } from '../support/house.ts'
import { type RunningService, startRedis } from '../support/services.ts'

/** A node takes a second to start where nobody else is at work. */
const PATIENT = { timeout: 20_000 }

let redis: RunningService
let database: Awaited<ReturnType<typeof freshDatabase>>
let house: House

beforeAll(async () => {
  ;[redis, database] = await Promise.all([startRedis(), freshDatabase()])
  house = await openHouseOn({ databaseUrl: database.url, redisUrl: redis.url }, { setUp: SET_UP, nodes: 0 })
})
/** Whatever the test before has done to it. */
beforeEach(() => redis.restart())
afterAll(async () => {
  await house?.stop()
  await Promise.all([redis?.stop(), database?.drop()])
})

const health = (node: Pick<Node, 'management'>, path: '/healthz' | '/readyz'): Promise<number> =>
  fetch(node.management + path).then(
    ({ status }) => status,
    () => 0,
  )

/** `house.start` waits until a node serves, and this one is not going to. */
function startUnready(env: Record<string, string>) {
  const bin = new URL('../../bin/gatehouse.js', import.meta.url).pathname
  const child = spawn(process.execPath, [bin, 'serve'], { env: { ...house.env, ...env }, stdio: 'ignore' })
  return { child, exit: once(child, 'exit') }
}

const pageFor = async (url: string) => (await follow(agentOf(house), house.issuer, url)).page

test('F-103 a node that finds no Redis at its start lives, is not ready, and is once Redis is there', async () => {
  redis.kill('SIGKILL')
  const [management, port] = [await freePort(), await freePort()]
  const { child, exit } = startUnready({ PORT: String(port), MANAGEMENT_PORT: String(management) })
  const node = { management: `http://127.0.0.1:${management}` }
  try {
    await expect.poll(() => health(node, '/healthz'), PATIENT).toBe(200)
    expect(await health(node, '/readyz')).toBe(503)
    await redis.restart()
    await expect.poll(() => health(node, '/readyz'), PATIENT).toBe(200)
    const agent = createAgent({ issuer: house.issuer, node: `http://127.0.0.1:${port}` })
    expect((await signIn(house, agent, PORTAL)).tokens.token_type).toBe('Bearer')
    expect(child.exitCode).toBeNull()
  } finally {
    child.kill('SIGKILL')
    await exit
  }
})

test('F-103 a node that waits for Redis can be told to stop', async () => {
  redis.kill('SIGKILL')
  const management = await freePort()
  const { child, exit } = startUnready({ PORT: '0', MANAGEMENT_PORT: String(management) })
  try {
    const node = { management: `http://127.0.0.1:${management}` }
    await expect.poll(() => health(node, '/healthz'), PATIENT).toBe(200)
    child.kill('SIGTERM')
    expect(await exit).toEqual([0, null])
  } finally {
    child.kill('SIGKILL')
  }
})

test('F-104 while Redis is away, what needs it answers 503 in time, and the rest goes on', async () => {
  const node = await house.start()
  const agent = agentOf(house)
  const { tokens } = await signIn(house, agent, PORTAL)
  const signInPage = await follow(agent, house.issuer, authorizationRequest(PORTAL, { prompt: 'login' }).url)
  redis.kill('SIGKILL')

  const bearer = { authorization: `Bearer ${tokens.access_token}`, accept: 'application/json' }
  const person = { username: 'ada@example.com', password: 'analytical engine 1843' }
  const needing: Record<string, () => ReturnType<typeof refresh>> = {
    'an authorization request': () => agent.request(authorizationRequest(PORTAL).url),
    'a sign-in': () => agent.submit(signInPage.page, signInPage.at, person),
    'a refresh': () => refresh(agent, PORTAL, tokens.refresh_token),
    userinfo: () => agent.request('/oauth2/userinfo', { headers: bearer }),
    'a sign-out': () => agent.request(`/oauth2/logout?id_token_hint=${tokens.id_token}`),
  }
  for (const [name, send] of Object.entries(needing)) {
    const began = Date.now()
    const answer = await send()
    expect(answer.status, name).toBe(503)
    expect(answer.headers.get('retry-after'), name).toMatch(/^\d+$/)
    expect(Date.now() - began, name).toBeLessThan(2_000)
  }

  expect((await agent.request('/.well-known/openid-configuration')).status).toBe(200)
  const keys = createRemoteJWKSet(new URL('/oauth2/jwks', node.url))
  await jwtVerify(tokens.id_token, keys, { issuer: house.issuer })
  // Refused for what it is, which needs no store.
  expect((await refresh(agent, PORTAL, 'ghr_forged')).json()).toMatchObject({ error: 'invalid_grant' })
  expect(await health(node, '/healthz')).toBe(200)
  await expect.poll(() => health(node, '/readyz'), PATIENT).toBe(503)

  await redis.restart()
  await expect.poll(() => health(node, '/readyz'), PATIENT).toBe(200)
  // This Redis keeps nothing on disk: people sign in anew, and nothing stands in their way.
  expect((await pageFor(authorizationRequest(PORTAL).url)).text).toContain('name="username"')
  expect((await signIn(house, agentOf(house), PORTAL)).tokens.token_type).toBe('Bearer')
  expect(node.process.exitCode).toBeNull()
  expect(house.log()).not.toMatch(/unhandled|uncaught|"level":"fatal"|\n\s+at /i)
})

test('F-104 rate limits go on while Redis is away, and nodes count together again once it is back', async () => {
  const env = { RATE_LIMIT_LOGIN_ADDRESS: '5/15m' }
  const [one, other] = [await house.start(0, env), await house.start(0, env)]
  const knocks = async (node: Node, clientId: string, count: number): Promise<number[]> => {
    const agent = createAgent({ issuer: house.issuer, node: node.url })
    const headers = { accept: 'application/json', ...basic({ clientId, secret: 'wrong' }) }
    const statuses = []
    for (let n = 0; n < count; n++) {
      const { status } = await agent.request('/oauth2/introspect', { form: { token: 'x' }, headers })
      statuses.push(status)
    }
    return statuses
  }
  redis.kill('SIGKILL')
  expect(await knocks(one, 'portal', 7)).toEqual([401, 401, 401, 401, 401, 429, 429])

  await redis.restart()
  for (const node of [one, other]) await expect.poll(() => health(node, '/readyz'), PATIENT).toBe(200)
  const counted = async (node: Node, clientId: string) => {
    await knocks(node, clientId, 1)
    const client = new Redis(redis.url)
    const keys = await client.keys('gh:r:client:*')
    client.disconnect()
    return keys.length
  }
  // Counters connect on their own: each node counts where all see it.
  await expect.poll(() => counted(one, `one-${randomUUID()}`), PATIENT).toBeGreaterThan(0)
  const before = await counted(one, `one-${randomUUID()}`)
  await expect.poll(() => counted(other, `other-${randomUUID()}`), PATIENT).toBeGreaterThan(before)
  expect(await knocks(one, 'own', 3)).toEqual([401, 401, 401])
  expect(await knocks(other, 'own', 4)).toEqual([401, 401, 429, 429])
  expect(house.log()).not.toMatch(/unhandled|uncaught|"level":"fatal"|\n\s+at /i)
})
