/**
 * Token requests: their CPU time beside the bare library's, and on two processes with twice the clients beside one; their
 * trips to Redis.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { Redis } from 'ioredis'
import {
  agentOf,
  authorizationRequest,
  authorize,
  basic,
  exchange,
  refresh,
  signIn,
} from '../test/support/flows.ts'
import type { House, Node } from '../test/support/house.ts'
import { cpuOf, loop, post } from './load.ts'
import { FOR_API, median, OFFLINE, print, REQUESTS, ROUNDS, SERVICE, WEB } from './set-up.ts'

/** Clients of a process, each with a family of its own. */
const FAMILIES = 32
/** Until then the engine is still compiling, and the shorter program is done with that earlier. */
const WARM_UP = 3

interface Target {
  name: string
  /** Of the token endpoint, one for each process; a family goes to them in turn. */
  urls: readonly string[]
  pids: readonly number[]
  refreshTokens: string[]
  forApi: string[]
}

export async function tokenRequests(house: House, redisUrl: string): Promise<void> {
  const [first, second] = house.nodes
  if (first === undefined || second === undefined) throw new Error('two nodes are needed')
  const refreshTokens = await familiesOf(house, OFFLINE, FAMILIES)
  const forApi = await familiesOf(house, FOR_API, 2 * FAMILIES)
  await trips(house, redisUrl)
  const one = { name: 'gatehouse', ...on(first), refreshTokens, forApi }
  const both = { ...one, name: 'two processes', ...on(first, second) }
  const bare = await startBare()
  print(`server CPU per request, ${REQUESTS} requests, median of ${ROUNDS} rounds`)
  try {
    await compare('client credentials', [bare, one], 1.6, clientCredentials)
    await compare('refresh', [bare, one], 1.6, (target) => refreshes(target, target.refreshTokens))
    const withJwt = (target: Target): Promise<void> => refreshes(target, target.forApi)
    await compare('refresh with JWT access token', [bare, one], 1.4, withJwt)
    await compare('refresh with JWT access token', [one, both], 1.1, withJwt)
  } finally {
    bare.stop()
  }
}

const on = (...nodes: readonly Node[]): Pick<Target, 'urls' | 'pids'> => ({
  urls: nodes.map(({ url }) => `${url}/oauth2/token`),
  pids: nodes.map((node) => node.process.pid ?? 0),
})

async function familiesOf(house: House, request: Record<string, string>, count: number): Promise<string[]> {
  const tokens: string[] = []
  for (let n = 0; n < count; n++)
    tokens.push((await signIn(house, agentOf(house), WEB, request)).tokens.refresh_token)
  return tokens
}

async function compare(
  what: string,
  [standard, measured]: readonly [Target, Target],
  atMost: number,
  run: (target: Target) => Promise<void>,
): Promise<void> {
  const targets = [standard, measured].map((target) => ({ target, cost: [] as number[] }))
  for (let n = 0; n < WARM_UP; n++) for (const { target } of targets) await run(target)
  for (let round = 0; round < ROUNDS; round++) {
    for (const { target, cost } of targets) {
      const began = cpu(target)
      await run(target)
      cost.push((cpu(target) - began) / REQUESTS)
    }
  }
  const [other = 0, own = 0] = targets.map(({ cost }) => median(cost))
  print(
    `  ${what}: ${measured.name} ${own.toFixed(3)} ms, ${standard.name} ${other.toFixed(3)} ms, ratio ${(own / other).toFixed(2)} (at most ${atMost.toFixed(2)})`,
  )
}

const cpu = ({ pids }: Target): number => pids.reduce((sum, pid) => sum + cpuOf(pid), 0)

const urlFor = ({ urls }: Target, turn: number): string => urls[turn % urls.length] ?? ''

async function clientCredentials(target: Target): Promise<void> {
  await loop(REQUESTS, 16, async (worker) => {
    const form = { grant_type: 'client_credentials' }
    const { status, body } = await post(urlFor(target, worker), form, basic(SERVICE))
    if (status !== 200) throw new Error(`${target.name} answered ${status}: ${body}`)
  })
}

async function refreshes(target: Target, tokens: string[]): Promise<void> {
  let turn = 0
  await loop(REQUESTS, FAMILIES * target.urls.length, async (worker) => {
    const form = { grant_type: 'refresh_token', refresh_token: tokens[worker] ?? '' }
    const { status, body } = await post(urlFor(target, turn++), form, basic(WEB))
    if (status !== 200) throw new Error(`${target.name} answered ${status}: ${body}`)
    tokens[worker] = (JSON.parse(body) as { refresh_token: string }).refresh_token
  })
}

async function startBare(): Promise<Target & { stop(): void }> {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'bare-provider.ts'), String(FAMILIES)], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { PATH: process.env['PATH'] ?? '', NODE_ENV: 'production' },
  })
  const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string]
  const { port, ...tokens } = JSON.parse(line) as { port: number; refreshTokens: string[]; forApi: string[] }
  return {
    name: 'bare',
    urls: [`http://127.0.0.1:${port}/token`],
    pids: [child.pid ?? 0],
    ...tokens,
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
