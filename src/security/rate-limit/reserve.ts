/**
 * A try is counted before it is made, and given back if it was none: of any number at once no more than the limit get
 * as far as the verifier, on however many nodes.
 */
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
  | { ok: true; giveBack(): Promise<void> }
  /** The longest, where several refuse. Nothing was counted. */
  | { ok: false; refusal: Refusal }

export type Reserve = (budgets: readonly Budget[]) => Promise<Reservation>

/** A count goes down again when a try is given back: so what it said is relied on for a moment only. */
const SURE_FOR = 1000

export function createReserve({ counters, clock }: { counters: Counters; clock: Clock }): Reserve {
  const memory = createRefusalMemory(clock)
  return async (budgets) => {
    const known = longest(budgets.map(({ key }) => memory.find(key)))
    if (known !== undefined) return { ok: false, refusal: known }
    const ledger = createLedger(counters)
    const answers = await Promise.all(budgets.map((budget) => draw(ledger, budget)))
    const refusal = longest(answers)
    if (refusal === undefined) return { ok: true, giveBack: ledger.giveBack }
    await ledger.giveBack()
    for (const [n, { key }] of budgets.entries()) {
      const answer = answers[n]
      if (answer !== undefined) memory.remember(key, answer, SURE_FOR)
    }
    return { ok: false, refusal }
  }
}

type Ledger = ReturnType<typeof createLedger>

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

async function draw(ledger: Ledger, { limiter, key, limit, backsOff }: Budget): Promise<Refusal | undefined> {
  const { count, endsIn } = await ledger.add(key, limit.windowMs)
  if (count > limit.count) return { limiter, limit, retryAfterMs: endsIn }
  const pause = backsOff ? Math.min(pauseFor(count, freeTries(limit.count)), limit.windowMs) : 0
  if (pause === 0) return undefined
  const turn = await ledger.add(`${key}:turn`, pause)
  return turn.count > 1 ? { limiter, limit, retryAfterMs: turn.endsIn } : undefined
}

const longest = (refusals: readonly (Refusal | undefined)[]): Refusal | undefined =>
  refusals
    .filter((refusal) => refusal !== undefined)
    .toSorted((a, b) => b.retryAfterMs - a.retryAfterMs)
    .at(0)
