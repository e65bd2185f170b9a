/**
 * Runs the jobs while this node leads: each on its own, so that one that fails or takes long holds up no other, and
 * never beside itself. Times are spread a little, so that nodes and jobs don't keep step.
 */
import type { Clock } from '../shared/clock.ts'
import type { LogEvent } from '../telemetry/logger.ts'
import type { Metrics } from '../telemetry/metrics.ts'
import { type Job, type Lease, LeaseLost } from './job.ts'
import { createLeadership } from './leadership.ts'
import type { LeasesRepository } from './leases-repository.ts'

export interface RunnerUse {
  jobs: readonly Job[]
  leases: LeasesRepository
  /** Names this node in the lease. */
  node: string
  clock: Clock
  log: Readonly<Record<'debug' | 'info' | 'warn', (event: LogEvent, msg: string) => void>>
  metrics: Pick<Metrics, 'jobs' | 'job' | 'leads'>
  leaseMs?: number
  random?: () => number
}

export interface Runner {
  start(): void
  /** Begins nothing more, and waits so long for what runs. Leads until then, so that nobody else begins the same. */
  stop(patienceMs: number): Promise<void>
}

const LEASE_MS = 10_000
/** A new leader does not begin with everything at once. */
const SPREAD_MS = 1000

export function createRunner(use: RunnerUse): Runner {
  const { jobs, log, metrics, random = Math.random } = use
  const running = new Map<Job, Promise<void>>()
  const timers = new Map<Job, NodeJS.Timeout>()
  const stopping = new AbortController()
  metrics.jobs(jobs.map(({ name }) => name))

  const schedule = (job: Job, lease: Lease, inMs: number): void => {
    if (stopping.signal.aborted) return
    timers.set(
      job,
      setTimeout(() => turn(job, lease), inMs),
    )
  }
  const turn = (job: Job, lease: Lease): void => {
    const timer = timers.get(job)
    // Of a term before this one: it ends by itself, at its next look at the lease.
    if (running.has(job)) {
      schedule(job, lease, job.everyMs)
      return
    }
    const run = attempt(use, job, lease, stopping.signal).then(() => {
      running.delete(job)
      if (timers.get(job) === timer) schedule(job, lease, job.everyMs * (0.9 + 0.2 * random()))
    })
    running.set(job, run)
  }
  const cancelAll = (): void => {
    for (const timer of timers.values()) clearTimeout(timer)
    timers.clear()
  }

  const leadership = createLeadership({
    ...use,
    random,
    leaseMs: use.leaseMs ?? LEASE_MS,
    onLead: (lease) => {
      metrics.leads(true)
      for (const job of jobs) schedule(job, lease, Math.min(job.everyMs, SPREAD_MS) * random())
    },
    onStepDown: () => {
      metrics.leads(false)
      cancelAll()
    },
  })

  return {
    start: leadership.start,
    stop: async (patienceMs) => {
      stopping.abort()
      cancelAll()
      const ended = Promise.all(running.values())
      if (!(await endsWithin(ended, patienceMs)))
        for (const { name } of running.keys()) log.warn({ job: name }, 'a job was cut off by the stop')
      await leadership.stop()
      metrics.leads(false)
    },
  }
}

async function attempt(
  { log, clock, metrics }: RunnerUse,
  job: Job,
  lease: Lease,
  ending: AbortSignal,
): Promise<void> {
  const began = performance.now()
  try {
    await lease.stillHeld()
    const count = await job.run(clock.now(), lease, ending)
    metrics.job(job.name, 'success')
    const durationMs = Math.round(performance.now() - began)
    log.debug({ job: job.name, count, durationMs }, 'a job ran')
  } catch (error) {
    if (error instanceof LeaseLost) return
    metrics.job(job.name, 'failure')
    log.warn({ job: job.name, error }, 'a job failed; it runs again when its time comes')
  }
}

async function endsWithin(ended: Promise<unknown>, ms: number): Promise<boolean> {
  const { promise: late, resolve } = Promise.withResolvers<false>()
  const timer = setTimeout(resolve, ms, false)
  try {
    return await Promise.race([ended.then(() => true), late])
  } finally {
    clearTimeout(timer)
  }
}
