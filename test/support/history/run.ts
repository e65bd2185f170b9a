/** A run: honest clients and thieves at work while things go wrong, and what is left of it for the checker. */
import { setTimeout as delay } from 'node:timers/promises'
import { countFamilies } from '../killed-node.ts'
import { type TrailLine, trailOf } from '../trail.ts'
import { type Caller, createCaller } from './caller.ts'
import type { Evidence, TrailEvent } from './evidence.ts'
import { createHonest, type Honest } from './honest.ts'
import { createSpeaker, KINDS } from './kinds.ts'
import { type Fault, happen, planOf } from './plan.ts'
import { createRandom, type Random } from './random.ts'
import { redeemSteadily } from './redeemer.ts'
import { openStage, type Stage } from './stage.ts'
import { type Theft, useAnOldOne, useTheCurrentOne, useThoseOfAKey } from './thieves.ts'

export interface RunOptions {
  seed: number
  /** So many at least; what has begun by then is still done. */
  calls: number
  nodes: number
  /** Honest clients of each kind, and browsers that only redeem codes. */
  clients: number
  browsers: number
  faults: readonly Fault[]
  /** How often each fault happens. */
  times: number
  /** How long one node stands still once, ms; 0: no longer than at other times. */
  deepFreeze: number
  /** How many clients of each kind are stolen from. */
  thefts: number
  /** `REFRESH_REUSE_GRACE`, ms. */
  window: number
}

export interface Run {
  evidence: Evidence
  /** Those who should still be signed in and are not. */
  signedOut: string[]
  /** By fault. */
  happened: ReadonlyMap<Fault, number>
  seconds: number
  log: string
}

export async function runHistory(options: RunOptions): Promise<Run> {
  const env = { REFRESH_REUSE_GRACE: `${options.window / 1_000}s` }
  const stage = await openStage({ nodes: options.nodes, env })
  try {
    return await runOn(stage, options)
  } finally {
    await stage.close()
  }
}

async function runOn(stage: Stage, options: RunOptions): Promise<Run> {
  const { house, wire } = stage
  const random = createRandom(options.seed)
  const caller = createCaller(wire)
  const began = Date.now()
  let isOver = false
  const clients = await createClients(stage, caller, random, options, () => isOver)
  const browsers = Array.from({ length: options.browsers }, (_, n) => {
    const name = `browser-${n}`
    const use = { name, house, url: wire.url, caller, random: random.branch(name), mishaps: MISHAPS }
    return redeemSteadily({ ...use, isOver: () => isOver })
  })
  const living = clients.map((client) => client.live())
  const thefts = stealFrom(clients, caller, options)
  const happened = await letHappen(stage, caller, random, options)
  await thefts
  while (caller.calls.length < options.calls) await delay(20)
  isOver = true
  await Promise.all([...living, ...browsers])
  await caller.settled()
  const signedOut = await lastTurn(clients)
  await caller.settled()
  const seconds = (Date.now() - began) / 1_000
  return {
    evidence: await gather(stage, caller, options.window),
    signedOut,
    happened,
    seconds,
    log: house.log(),
  }
}

const MISHAPS = 0.08
const REPEATS = 0.15
const LEAVES = 0.01

function createClients(
  { house, wire }: Stage,
  caller: Caller,
  random: Random,
  { clients, thefts }: RunOptions,
  isOver: () => boolean,
): Promise<Honest[]> {
  const names = KINDS.flatMap((kind) =>
    Array.from({ length: clients }, (_, n) => ({ kind, name: `${kind}-${n}`, isVictim: n < thefts })),
  )
  return Promise.all(
    names.map(async ({ kind, name, isVictim }) =>
      createHonest({
        name,
        speaker: await createSpeaker(kind, { house, caller, url: wire.url, client: name }),
        caller,
        random: random.branch(name),
        ...{ mishaps: MISHAPS, repeats: REPEATS },
        // Who has left can't be stolen from any more.
        leaves: isVictim ? 0 : LEAVES,
        isOver,
      }),
    ),
  )
}

/** From the first of each kind, in turn in one way and in the other. */
async function stealFrom(
  clients: readonly Honest[],
  caller: Caller,
  { thefts, window }: RunOptions,
): Promise<void> {
  const stealing = Object.values(Object.groupBy(clients, ({ speaker }) => speaker.kind)).flatMap((ofKind) =>
    ofKind.slice(0, thefts).map((victim, n) => {
      const way: Theft =
        victim.speaker.key === undefined
          ? ([useAnOldOne, useTheCurrentOne][n % 2] ?? useAnOldOne)
          : useThoseOfAKey
      return way({ caller, window, name: `thief of ${victim.name}` }, victim)
    }),
  )
  await Promise.all(stealing)
}

async function letHappen(
  stage: Stage,
  caller: Caller,
  random: Random,
  options: RunOptions,
): Promise<Map<Fault, number>> {
  const happened = new Map(options.faults.map((fault) => [fault, 0]))
  for (const planned of planOf({ ...options, random: random.branch('plan') })) {
    while (caller.calls.length < planned.after) await delay(20)
    await happen(stage, planned)
    happened.set(planned.fault, (happened.get(planned.fault) ?? 0) + 1)
  }
  return happened
}

/** When all is quiet: what is honest goes on, what has ended does not, and of each family one token is live. */
async function lastTurn(clients: readonly Honest[]): Promise<string[]> {
  const outcomes = await Promise.all(
    clients.map(async (client) => ({ name: client.name, isIn: await client.refreshOnce() })),
  )
  for (const client of clients) {
    await client.tryEnded()
    await client.askOfTokens()
  }
  return outcomes.filter(({ isIn }) => !isIn).map(({ name }) => name)
}

async function gather(stage: Stage, { calls }: Caller, window: number): Promise<Evidence> {
  const { house, forgotten } = stage
  const trail = await trailOf(house)
  const { code } = await house.run(['audit', 'verify'])
  return {
    ...{ window, calls, forgotten },
    trail: trail.map(readEvent),
    chainHolds: code === 0,
    families: await countFamilies({ databaseUrl: house.databaseUrl ?? '', redisUrl: stage.redis.url }),
  }
}

const readEvent = ({ chain, sequence, event }: TrailLine): TrailEvent => ({
  type: event.type,
  requestId: String(event['request_id']),
  time: Date.parse(String(event['time'])),
  chain,
  sequence,
})
