/** More than a node can take: everybody at once, more sockets than it may have, less memory than a flood asks for. */
import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { request } from 'node:http'
import { connect, type Socket } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { metric } from '../security/probes.ts'
import { createAgent } from '../support/agent.ts'
import { type FreshDatabase, freshDatabase } from '../support/databases.ts'
import { login } from '../support/first-party.ts'
import { agentOf, basic, PORTAL, refresh, SET_UP, signIn } from '../support/flows.ts'
import { type House, type Node, openHouseOn } from '../support/house.ts'
import { familiesLike } from '../support/many-families.ts'
import { type RunningService, startRedis } from '../support/services.ts'

const PATIENT = { timeout: 60_000, interval: 100 }

let redis: RunningService
let database: FreshDatabase
let house: House

beforeAll(async () => {
  ;[redis, database] = await Promise.all([startRedis('everysec'), freshDatabase()])
  house = await openHouseOn({ databaseUrl: database.url, redisUrl: redis.url }, { setUp: SET_UP })
})
afterAll(async () => {
  await house?.stop()
  await Promise.all([redis?.stop(), database?.drop()])
})

const nodeOf = (n = 0): Node => {
  const node = house.nodes[n]
  if (node === undefined) throw new Error('no such node')
  return node
}

interface Tries {
  statuses: number[]
  /** What the refusals said, seconds. */
  waits: number[]
}

/** Refreshes until it gets tokens, and comes back when it is told to. */
async function insist(token: string, url: string): Promise<Tries> {
  const tries: Tries = { statuses: [], waits: [] }
  for (;;) {
    const { status, retryAfter } = await post(url, token).catch(() => ({ status: 0, retryAfter: 1 }))
    tries.statuses.push(status)
    if (status !== 503 && status !== 0) return tries
    if (status === 503) tries.waits.push(retryAfter)
    await delay(retryAfter * 1_000)
  }
}

/** On a connection of its own, as clients of different machines have them. */
function post(url: string, token: string): Promise<{ status: number; retryAfter: number }> {
  const body = new URLSearchParams({ grant_type: 'refresh_token', refresh_token: token }).toString()
  const headers = { ...basic(PORTAL), 'content-type': 'application/x-www-form-urlencoded' }
  return new Promise((resolve, reject) => {
    request(`${url}/oauth2/token`, { method: 'POST', agent: false, headers }, (response) => {
      const { statusCode: status = 0, headers: said } = response
      response.resume().once('end', () => resolve({ status, retryAfter: Number(said['retry-after']) }))
    })
      .once('error', reject)
      .end(body)
  })
}

/** More than a node takes in at once (`src/http/shed-load.ts`). */
const HERD = 700

test('F-156 hundreds of clients that come at once after an outage are all served soon, and none is taken for a thief', async () => {
  const { url } = nodeOf()
  const { tokens } = await signIn(house, agentOf(house), PORTAL)
  const families = await familiesLike(house, tokens.refresh_token, HERD)
  await redis.end('SIGKILL')
  const herd = families.map((token) => insist(token, url))
  await delay(300)
  await redis.restart()
  const back = Date.now()
  const all = await Promise.all(herd)
  expect(Date.now() - back).toBeLessThan(30_000)
  expect(all.map(({ statuses }) => statuses.at(-1)).filter((status) => status !== 200)).toEqual([])
  // They were told to come back at different times.
  const waits = new Set(all.flatMap((tries) => tries.waits))
  expect([...waits].toSorted()).toEqual([1, 2, 3, 4])
  expect(await metric(house, 'auth_refresh_total{result="reuse"}')).toBe(0)
  expect(await metric(house, 'auth_refresh_total{result="rotated"}')).toBe(HERD)
  expect((await refresh(agentOf(house), PORTAL, tokens.refresh_token)).status).toBe(200)
})

const descriptorsOf = ({ process }: Node): number => readdirSync(`/proc/${process.pid}/fd`).length

test('F-148 a node without a free descriptor takes nobody in, and does again when there is one', async () => {
  const node = await house.start()
  const { tokens } = await signIn(house, createAgent({ issuer: house.issuer, node: node.url }), PORTAL)
  const limit = spawnSync('prlimit', [`--pid=${node.process.pid}`, '--nofile=256:256'])
  expect(limit.status).toBe(0)
  const before = descriptorsOf(node)
  const idle = Array.from({ length: 400 }, () => openSocket(node))
  await expect.poll(() => descriptorsOf(node), PATIENT).toBeGreaterThan(250)
  // Nobody new gets in, whatever the kernel says to them; those who are in are served.
  await expect(post(node.url, tokens.refresh_token).then(({ status }) => status)).rejects.toThrow()
  expect(node.process.exitCode).toBeNull()
  for (const socket of idle) socket.destroy()
  await expect.poll(() => descriptorsOf(node), PATIENT).toBeLessThanOrEqual(before)
  expect((await post(node.url, tokens.refresh_token)).status).toBe(200)
  expect(node.lines.join('\n')).not.toMatch(/unhandled|uncaught|"level":"fatal"/i)
  await node.stop('SIGKILL')
})

function openSocket({ url }: Node): Socket {
  const { hostname, port } = new URL(url)
  return connect({ host: hostname, port: Number(port) }).on('error', () => {})
}

test('F-147 a flood of sign-ins is turned away before memory runs out', async () => {
  const env = {
    // So slow that nobody's machine computes it as fast as they come.
    PASSWORD_HASH: 'm=19456,t=8,p=1',
    TRUST_PROXY: '1',
    RATE_LIMIT_LOGIN_ADDRESS: '10000/15m',
    RATE_LIMIT_LOGIN_ACCOUNT: '10000/15m',
    // What `docs/incidents.md` says for so little memory.
    NODE_OPTIONS: '--max-old-space-size=64 --max-semi-space-size=4',
  }
  const node = await house.start(0, env)
  // From far apart: many names from one network are refused before anything is hashed.
  const from = (address: string) =>
    createAgent({ issuer: house.issuer, node: node.url, headers: { 'x-forwarded-for': address } })
  const answers = await Promise.all(
    Array.from({ length: 250 }, (_, n) =>
      login(from(`198.18.${n}.1`), { username: `nobody-${n}`, password: 'wrong 0815 wrong' }),
    ),
  )
  const statuses = new Set(answers.map(({ status }) => status))
  expect(statuses).toEqual(new Set([401, 503]))
  expect(node.process.exitCode).toBeNull()
  expect(peakOf(node)).toBeLessThan(256)
  expect((await login(from('198.19.0.1'))).status).toBe(200)
  await node.stop('SIGKILL')
})

/** The most memory that the process ever had, MiB. */
function peakOf({ process }: Node): number {
  const line = readFileSync(`/proc/${process.pid}/status`, 'utf8')
    .split('\n')
    .find((one) => one.startsWith('VmHWM:'))
  return Number(line?.replace(/\D/g, '')) / 1024
}
