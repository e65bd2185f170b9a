/**
 * Readiness: whether this node should get requests now. Probes come from outside and often, so the answer is kept for
 * a moment, each check has a bounded time, and one that hangs is not started a second time.
 */
import { type Clock, systemClock } from '../shared/clock.ts'

interface CheckResult {
  name: string
  ok: boolean
  ms: number
}

export interface Readiness {
  ok: boolean
  checks: CheckResult[]
}

export interface Health {
  /** `check` rejects while the dependency is away. Not for what a sign-in can do without (mail, geo-IP). */
  add(name: string, check: () => Promise<void>): void
  /** From now on the checks decide; before it, nothing is ready. */
  started(): void
  /** Readiness is false from now on, so that no new requests come while the last ones end. */
  shuttingDown(): void
  ready(): Promise<Readiness>
}

export interface HealthOptions {
  timeoutMs?: number
  cacheMs?: number
  clock?: Clock
}

type RunCheck = () => Promise<CheckResult>

function within(running: Promise<boolean>, timeoutMs: number): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, timeoutMs, false)
    void running.then((ok) => {
      clearTimeout(timer)
      resolve(ok)
    })
  })
}

function boundedCheck(name: string, check: () => Promise<void>, timeoutMs: number, clock: Clock): RunCheck {
  let running: Promise<boolean> | undefined
  const run = async () => {
    try {
      await check()
      return true
    } catch {
      return false
    }
  }
  return async () => {
    const from = clock.now()
    running ??= run().finally(() => {
      running = undefined
    })
    const ok = await within(running, timeoutMs)
    return { name, ok, ms: clock.now() - from }
  }
}

export function createHealth(options: HealthOptions = {}): Health {
  const { timeoutMs = 1000, cacheMs = 1000, clock = systemClock } = options
  const checks: RunCheck[] = []
  let stage: 'starting' | 'serving' | 'stopping' = 'starting'
  let last: { until: number; results: Promise<CheckResult[]> } | undefined

  function results(): Promise<CheckResult[]> {
    const now = clock.now()
    // A clock that was set back must not keep an old answer alive.
    if (last === undefined || now >= last.until || now < last.until - cacheMs)
      last = { until: now + cacheMs, results: Promise.all(checks.map((run) => run())) }
    return last.results
  }

  return {
    add: (name, check) => {
      checks.push(boundedCheck(name, check, timeoutMs, clock))
      last = undefined
    },
    started: () => {
      if (stage === 'starting') stage = 'serving'
    },
    shuttingDown: () => {
      stage = 'stopping'
    },
    ready: async () => {
      const found = await results()
      const house = { name: stage, ok: stage === 'serving', ms: 0 }
      return { ok: house.ok && found.every((check) => check.ok), checks: [house, ...found] }
    },
  }
}
