/**
 * `npm run bench`: Gatehouse beside bare `oidc-provider` with its in-memory adapter, in one run on one machine. Machines
 * are noisy, so what counts is the ratio within a run: server CPU time per request, read from the kernel.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { Redis } from 'ioredis'
import { createPasswordHasher } from '../src/security/password-hash.ts'
import { type Agent, createAgent } from '../test/support/agent.ts'
import {
  agentOf,
  authorizationRequest,
  authorize,
  basic,
  exchange,
  follow,
  PERSON,
  type RelyingParty,
  refresh,
  signIn,
} from '../test/support/flows.ts'
import { type House, type Node, openHouseOn } from '../test/support/house.ts'
import { startPostgres, startRedis } from '../test/support/services.ts'
import { cpuOf, loop, post, residentOf } from './load.ts'
import { revocations } from './revocation.ts'

const FAMILIES = 32
const ROUNDS = Number(process.env['BENCH_ROUNDS'] ?? 5)
const REQUESTS = Number(process.env['BENCH_REQUESTS'] ?? 5000)
/** Until then the engine is still compiling, and the shorter program is done with that earlier. */
const WARM_UP = 3

const WEB: RelyingParty = {
  clientId: 'web',
  secret: 'web-secret-0123456789abcdef',
  redirectUri: 'https://web.example/cb',
}
const OFFLINE = { scope: 'openid profile email offline_access', prompt: 'consent' }
const SERVICE = { clientId: 'service', secret: 'service-secret-0123456789' }
const SET_UP = {
  version: 1,
  clients: [
    {
      client_id: 'web',
      profile: 'web',
      client_secret: WEB.secret,
      redirect_uris: [WEB.redirectUri],
      first_party: true,
    },
    { client_id: 'service', profile: 'service', client_secret: SERVICE.secret },
  ],
  users: [{ email: PERSON.email, password: PERSON.password }],
}

interface Target {
  name: string
  url: string
  pid: number
  token: string
  refreshTokens: string[]
}

const print = (line = ''): void => void process.stdout.write(`${line}\n`)
const median = (values: number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0

async function compareWithBare(house: House, redisUrl: string): Promise<void> {
  const [node] = house.nodes
  if (node === undefined) throw new Error('no node')
  const refreshTokens: string[] = []
  for (let n = 0; n < FAMILIES; n++) {
    refreshTokens.push((await signIn(house, agentOf(house), WEB, OFFLINE)).tokens.refresh_token)
  }
  for (const [kind, bytes] of await redisMemory(redisUrl)) {
    print(`Redis per person with a live refresh token, ${kind}…: ${Math.round(bytes / FAMILIES)} bytes`)
  }
  await trips(house, redisUrl)
  const ours = {
    name: 'gatehouse',
    url: node.url,
    pid: node.process.pid ?? 0,
    token: '/oauth2/token',
    refreshTokens,
  }
  const bare = await startBare()
  print(`server CPU per request, ${REQUESTS} requests, median of ${ROUNDS} rounds`)
  try {
    await compare('client credentials', ours, bare, (target) => clientCredentials(target))
    await compare('refresh', ours, bare, (target) => refreshes(target))
  } finally {
    bare.stop()
  }
}

async function compare(
  name: string,
  ours: Target,
  bare: Target,
  run: (target: Target) => Promise<void>,
): Promise<void> {
  const cost: Record<string, number[]> = { gatehouse: [], bare: [] }
  for (let n = 0; n < WARM_UP; n++) for (const target of [ours, bare]) await run(target)
  for (let round = 0; round < ROUNDS; round++) {
    for (const target of [bare, ours]) {
      const began = cpuOf(target.pid)
      await run(target)
      cost[target.name]?.push((cpuOf(target.pid) - began) / REQUESTS)
    }
  }
  const [own, other] = [median(cost['gatehouse'] ?? []), median(cost['bare'] ?? [])]
  print(
    `  ${name}: ${own.toFixed(3)} ms, bare ${other.toFixed(3)} ms, ratio ${(own / other).toFixed(2)} (at most 1.60)`,
  )
}

async function clientCredentials(target: Target): Promise<void> {
  await loop(REQUESTS, 16, async () => {
    const { status, body } = await post(
      target.url + target.token,
      { grant_type: 'client_credentials' },
      basic(SERVICE),
    )
    if (status !== 200) throw new Error(`${target.name} answered ${status}: ${body}`)
  })
}

async function refreshes(target: Target): Promise<void> {
  await loop(REQUESTS, FAMILIES, async (worker) => {
    const { status, body } = await post(
      target.url + target.token,
      { grant_type: 'refresh_token', refresh_token: target.refreshTokens[worker] ?? '' },
      basic(WEB),
    )
    if (status !== 200) throw new Error(`${target.name} answered ${status}: ${body}`)
    target.refreshTokens[worker] = (JSON.parse(body) as { refresh_token: string }).refresh_token
  })
}

async function startBare(): Promise<Target & { stop(): void }> {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'bare-provider.ts'), String(FAMILIES)], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { PATH: process.env['PATH'] ?? '', NODE_ENV: 'production' },
  })
  const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string]
  const { port, refreshTokens } = JSON.parse(line) as { port: number; refreshTokens: string[] }
  return {
    name: 'bare',
    url: `http://127.0.0.1:${port}`,
    pid: child.pid ?? 0,
    token: '/token',
    refreshTokens,
    stop: () => void child.kill(),
  }
}

/** Commands that reach Redis, by its own count; those sent together wait for one answer and are one trip. */
async function trips(house: House, redisUrl: string): Promise<void> {
  const client = new Redis(redisUrl)
  const seen: string[] = []
  const monitor = await client.monitor()
  monitor.on('monitor', (_time: string, [command = '']: string[], source: string) => {
    if (source !== 'lua' && command !== 'ping') seen.push(command)
  })
  const count = async (name: string, request: () => Promise<unknown>): Promise<void> => {
    await client.ping()
    seen.length = 0
    await request()
    await client.ping()
    print(`commands to Redis in a ${name}: ${seen.length} (${seen.join(', ')})`)
  }
  const agent = agentOf(house)
  const request = authorizationRequest(WEB, OFFLINE)
  const code = (await authorize(house, agent, request)).searchParams.get('code') ?? ''
  let token = ''
  await count('code exchange', async () => {
    token = String((await exchange(agent, WEB, code, request.verifier)).json()['refresh_token'])
  })
  await count('refresh', () => refresh(agent, WEB, token))
  monitor.disconnect()
  client.disconnect()
}

/** Bytes by kind of key, as Redis itself counts them: `gh:{…}` is a grant with its family, `gh:x:…` its indexes. */
async function redisMemory(url: string): Promise<Map<string, number>> {
  const client = new Redis(url)
  const bytes = new Map<string, number>()
  for await (const keys of client.scanStream({ match: 'gh:*' }) as AsyncIterable<string[]>) {
    for (const key of keys) {
      const kind = /^gh:(?:\{|\w+:\w+)/.exec(key)?.[0] ?? key
      bytes.set(kind, (bytes.get(kind) ?? 0) + ((await client.memory('USAGE', key, 'SAMPLES', 0)) ?? 0))
    }
  }
  client.disconnect()
  return bytes
}

/** Sign-ins at the full cost of hashing, beside the hashing engine alone. */
async function passwordSignIns(databaseUrl: string, redisUrl: string): Promise<void> {
  const total = 300
  const hasher = await createPasswordHasher({
    memoryKiB: 19_456,
    passes: 2,
    parallelism: 1,
    maxWaiting: 1000,
    maxWaitMs: 60_000,
  })
  const phc = await hasher.hash(PERSON.password)
  const alone = cpuOf(process.pid)
  const { seconds: engineSeconds } = await loop(
    total,
    8,
    async () => void (await hasher.verify(phc, PERSON.password)),
  )
  const engine = (cpuOf(process.pid) - alone) / total

  const house = await openHouseOn(
    { databaseUrl, redisUrl: `${redisUrl}/1` },
    { setUp: SET_UP, env: { PASSWORD_HASH: 'm=19456,t=2,p=1' } },
  )
  try {
    const pid = house.nodes[0]?.process.pid ?? 0
    const agents = Array.from({ length: total + 8 }, () => newAgent(house))
    const warm = agents.splice(0, 8)
    await Promise.all(
      (await Promise.all(warm.map((agent) => openSignIn(house, agent)))).map((send) => send()),
    )
    print(`password sign-ins (${hasher.engine}), engine alone ${(total / engineSeconds).toFixed(0)} a second`)
    for (const browsers of ['unknown', 'known']) {
      const pages = await Promise.all(agents.map((agent) => openSignIn(house, agent)))
      const began = cpuOf(pid)
      const { seconds } = await loop(total, 8, async () => void (await pages.pop()?.()))
      const cost = (cpuOf(pid) - began) / total
      print(
        `  from ${browsers} browsers: ${(total / seconds).toFixed(0)} a second; server CPU ${cost.toFixed(1)} ms, engine alone ${engine.toFixed(1)} ms, ratio ${(engine / cost).toFixed(2)} (at least 0.90)`,
      )
      for (const agent of agents) keepOnlyDevice(agent)
    }
  } finally {
    await house.stop()
  }
}

const newAgent = (house: House): Agent =>
  createAgent({ issuer: house.issuer, node: house.nodes[0]?.url ?? '' })

/** Nobody is signed in any more, and the browser is one that the server has seen. */
function keepOnlyDevice({ cookies }: Agent): void {
  const kept = cookies.filter(({ name }) => name.endsWith('device'))
  if (kept.length === 0) throw new Error('the browser was given no cookie of a device')
  cookies.splice(0, cookies.length, ...kept)
}

/** A browser before the sign-in page; the returned call sends the form. */
async function openSignIn(house: House, agent: Agent): Promise<() => Promise<unknown>> {
  const { at, page } = await follow(agent, house.issuer, authorizationRequest(WEB).url)
  return async () => {
    const answer = await agent.submit(page, at, { username: PERSON.email, password: PERSON.password })
    if (answer.status !== 303) throw new Error(`the sign-in answered ${answer.status}`)
  }
}

async function startsAndMemory(databaseUrl: string, redisUrl: string): Promise<void> {
  const dataDir = await mkdtemp(join(tmpdir(), 'gatehouse-bench-'))
  try {
    for (const [name, servers] of [
      ['embedded', { dataDir }],
      ['Redis + PostgreSQL', { databaseUrl, redisUrl: `${redisUrl}/2` }],
    ] as const) {
      const times: number[] = []
      let resident = 0
      for (let start = 0; start < 3; start++) {
        const house = await openHouseOn(servers, { nodes: 0 })
        const began = performance.now()
        const node: Node = await house.start()
        times.push(performance.now() - began)
        resident = residentOf(node.process.pid ?? 0)
        await node.stop()
        await house.stop()
      }
      const again = times.slice(1).map((ms) => `${ms.toFixed(0)} ms`)
      print(
        `${name}: first start ${times[0]?.toFixed(0)} ms, later ${again.join(', ')}; idle ${resident.toFixed(0)} MiB`,
      )
    }
  } finally {
    await rm(dataDir, { recursive: true, force: true })
  }
}

const postgres = await startPostgres()
const redis = await startRedis()
try {
  const servers = { databaseUrl: postgres.url, redisUrl: redis.url }
  const house = await openHouseOn(servers, { setUp: SET_UP })
  try {
    await compareWithBare(house, redis.url)
    for (const line of await revocations(house)) print(line)
  } finally {
    await house.stop()
  }
  await passwordSignIns(postgres.url, redis.url)
  await startsAndMemory(postgres.url, redis.url)
} finally {
  await redis.stop()
  await postgres.stop()
}
