/**
 * A try is counted before it is made, and given back if it was right: of any number at once no more than the limit get
 * as far as the verifier, on however many nodes. Where the limit is full of tries that are still under way, most of them
 * may be right (an office that comes to work): the next one waits for them a moment, instead of being refused for them.
 */
import { setTimeout as delay } from 'node:timers/promises'
import type { Count, Counters } from '../../../adapters/counters.ts'
import type { RateLimit } from '../../config/values/rate-limit.ts'
import type { Clock } from '../../shared/clock.ts'
import type { Limiter } from '../../telemetry/metric-labels.ts'
import { freeTries, pauseFor } from './back-off.ts'
import type { Refusal } from './refusal.ts'
import { createRefusalMemory } from './refusal-memory.ts'

/** What a try draws on. */
export interface Budget {
  limiter: Limiter
  key: string
  limit: RateLimit
  /** Whether the later ones of the allowed tries have to wait for each other. */
  backsOff: boolean
}

export type Reservation =
  | {
      ok: true
      /** It was right, or was not made. */
      giveBack(): Promise<void>
      /** It stays counted, and makes those that follow wait. */
      failed(): Promise<void>
    }
  /** The longest, where several refuse. Nothing was counted. */
  | { ok: false; refusal: Refusal }

export type Reserve = (budgets: readonly Budget[]) => Promise<Reservation>

/** What this node knows of a refusal is relied on for so long, since a try that was under way may be given back. */
const SURE_FOR = 1000
/** For those that wait for others: about so many milliseconds, so many times. */
const MOMENT = 100
const MOMENTS = 20

export function createReserve({ counters, clock }: { counters: Counters; clock: Clock }): Reserve {
  const memory = createRefusalMemory(clock)
  return async (budgets) => {
    for (let moment = 0; ; moment++) {
      const known = longest(budgets.map(({ key }) => memory.find(key)))
      if (known !== undefined) return { ok: false, refusal: known }
      const drawn = await drawAll(counters, budgets)
      if (drawn.obstacles.length === 0) return drawn
      await drawn.giveBack()
      const settled = drawn.obstacles.filter(({ passing }) => !passing)
      for (const { key, refusal } of settled) memory.remember(key, refusal, SURE_FOR)
      const refusal = longest((settled.length > 0 ? settled : drawn.obstacles).map((o) => o.refusal))
      if (refusal !== undefined && (settled.length > 0 || moment === MOMENTS)) return { ok: false, refusal }
      await delay(MOMENT * (0.5 + Math.random()))
    }
  }
}

interface Obstacle {
  key: string
  refusal: Refusal
  /** It is full of tries that are under way. */
  passing: boolean
}

async function drawAll(counters: Counters, budgets: readonly Budget[]) {
  const ledger = createLedger(counters)
  const answers = await Promise.all(budgets.map((budget) => draw(counters, ledger, budget)))
  return {
    ok: true as const,
    obstacles: answers.filter((answer): answer is Obstacle => 'refusal' in answer),
    giveBack: ledger.giveBack,
    failed: async () => {
      const ends = answers.filter((answer): answer is Drawn => 'endsIn' in answer)
      await Promise.all(ends.map(({ key, endsIn }) => counters.add(failuresOf(key), wholeSeconds(endsIn))))
    },
  }
}

/** Failures alone, without what is under way. */
const failuresOf = (key: string): string => `${key}:failed`

/** Their time ends with that of the tries. */
const wholeSeconds = (ms: number): number => Math.max(1, Math.ceil(ms / 1000)) * 1000

function createLedger(counters: Counters) {
  const drawn: { key: string; windowMs: number }[] = []
  return {
    add: async (key: string, windowMs: number): Promise<Count> => {
      const count = await counters.add(key, windowMs)
      drawn.push({ key, windowMs })
      return count
    },
    giveBack: async (): Promise<void> => {
      await Promise.all(drawn.splice(0).map(({ key, windowMs }) => counters.takeBack(key, windowMs)))
    },
  }
}

interface Drawn {
  key: string
  endsIn: number
}

async function draw(
  counters: Counters,
  ledger: ReturnType<typeof createLedger>,
  { limiter, key, limit, backsOff }: Budget,
): Promise<Drawn | Obstacle> {
  const refuse = (retryAfterMs: number, passing = false): Obstacle => ({
    key,
    refusal: { limiter, limit, retryAfterMs },
    passing,
  })
  const { count, endsIn } = await ledger.add(key, limit.windowMs)
  // There are no more failures than tries, and mostly this is the only one.
  if (count <= (backsOff ? freeTries(limit.count) : limit.count)) return { key, endsIn }
  const failures = await counters.read(failuresOf(key))
  if (count > limit.count) return failures.count < limit.count ? refuse(MOMENT, true) : refuse(endsIn)
  const pause = backsOff ? Math.min(pauseFor(failures.count + 1, freeTries(limit.count)), limit.windowMs) : 0
  if (pause === 0) return { key, endsIn }
  const turn = await ledger.add(`${key}:turn`, pause)
  return turn.count > 1 ? refuse(turn.endsIn) : { key, endsIn }
}

const longest = (refusals: readonly (Refusal | undefined)[]): Refusal | undefined =>
  refusals
    .filter((refusal) => refusal !== undefined)
    .toSorted((a, b) => b.retryAfterMs - a.retryAfterMs)
    .at(0)
