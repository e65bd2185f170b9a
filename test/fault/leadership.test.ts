/** Who leads the background work, on a real database: two runners with a short lease, one of which meets a misfortune. */
import { afterEach, expect, it } from 'vitest'
import { type OpenDatabase, openDatabase } from '../../adapters/database.ts'
import { systemClock } from '../../src/shared/clock.ts'
import { createMetrics } from '../../src/telemetry/metrics.ts'
import type { Job, Lease } from '../../src/workers/job.ts'
import { createLeasesRepository, type LeasesRepository } from '../../src/workers/leases-repository.ts'
import { createRunner, type Runner } from '../../src/workers/runner.ts'
import { SOON } from '../security/probes.ts'
import { freshDatabase } from '../support/databases.ts'
import { onBothDatabases } from '../support/on-both-databases.ts'
import { startStoreProxy } from '../support/store-proxy.ts'

const LEASE_MS = 1500

/** Stops a runner in the middle of whatever it does, as SIGSTOP would. */
function createFreezer() {
  let thawed = Promise.withResolvers<void>()
  thawed.resolve()
  return {
    passes: () => thawed.promise,
    freeze: () => {
      thawed = Promise.withResolvers()
    },
    thaw: () => thawed.resolve(),
  }
}

type Freezer = ReturnType<typeof createFreezer>

const freezable = (leases: LeasesRepository, { passes }: Freezer): LeasesRepository => ({
  ...leases,
  acquire: (holder, forMs) => passes().then(() => leases.acquire(holder, forMs)),
  renew: (fence, forMs) => passes().then(() => leases.renew(fence, forMs)),
  isHeld: (fence) => passes().then(() => leases.isHeld(fence)),
})

onBothDatabases((database) => {
  const runners: Runner[] = []
  const logged: { node: string; job: string | undefined; msg: string }[] = []

  afterEach(async () => {
    await Promise.all(runners.splice(0).map((runner) => runner.stop(0)))
    logged.length = 0
  })

  function begin(node: string, jobs: Job[], freezer = createFreezer()) {
    const log = ({ job }: { job?: string | undefined }, msg: string) => void logged.push({ node, job, msg })
    const metrics = createMetrics({ nodeDefaults: false })
    const runner = createRunner({
      jobs,
      leases: freezable(leases(), freezer),
      node,
      clock: systemClock,
      log: { debug: () => {}, info: log, warn: log },
      metrics,
      leaseMs: LEASE_MS,
    })
    runners.push(runner)
    runner.start()
    return { runner, metrics }
  }
  const leases = () => createLeasesRepository(database().db)
  const leader = async () => (await leases().holder())?.holder

  it('F-150 a frozen leader is followed, and on waking steps down before its next write', async () => {
    const freezer = createFreezer()
    const written: string[] = []
    const begun: string[] = []
    const writer = (node: string, { passes }: Freezer): Job => ({
      name: 'writer',
      everyMs: 20,
      run: async (_now: number, lease: Lease) => {
        begun.push(node)
        await passes()
        await lease.stillHeld()
        return written.push(node)
      },
    })
    const a = begin('a', [writer('a', freezer)], freezer)
    await expect.poll(() => written.includes('a'), SOON).toBe(true)
    begin('b', [writer('b', createFreezer())])

    freezer.freeze()
    await expect.poll(() => written.includes('b'), SOON).toBe(true)
    expect(await leader()).toBe('b')
    const before = written.filter((node) => node === 'a').length
    freezer.thaw()
    const steppedDown = () => logged.some(({ node, msg }) => node === 'a' && msg.includes('no longer leads'))
    await expect.poll(steppedDown, SOON).toBe(true)
    const more = written.length
    await expect.poll(() => written.length, SOON).toBeGreaterThan(more + 5)
    expect(written.filter((node) => node === 'a')).toHaveLength(before)
    expect(await a.metrics.text()).toContain('auth_worker_leads 0')
  })

  it('a leader that stops lets its job end, and gives the lease back', async () => {
    const gate = Promise.withResolvers<void>()
    const begun = Promise.withResolvers<void>()
    const ended: string[] = []
    const slow: Job = {
      name: 'slow',
      everyMs: 20,
      run: async () => {
        begun.resolve()
        await gate.promise
        return ended.push('a')
      },
    }
    const a = begin('a', [slow])
    await begun.promise
    await expect.poll(async () => (await a.metrics.text()).includes('auth_worker_leads 1'), SOON).toBe(true)
    const stopped = a.runner.stop(10_000)
    gate.resolve()
    await stopped
    expect(ended).toEqual(['a'])
    expect((await leases().holder())?.leftMs).toBeLessThanOrEqual(0)
    begin('b', [])
    await expect.poll(leader, SOON).toBe('b')
  })

  it('a job that never ends holds up a stop for so long and no longer', async () => {
    const started = Promise.withResolvers<void>()
    const endless: Job = {
      name: 'endless',
      everyMs: 20,
      run: () => {
        started.resolve()
        return new Promise(() => {})
      },
    }
    const { runner } = begin('a', [endless])
    await started.promise
    await runner.stop(100)
    expect(logged).toContainEqual({ node: 'a', job: 'endless', msg: 'a job was cut off by the stop' })
  })

  it('F-149 a job that fails is logged, runs again, and fails alone', async () => {
    let runs = 0
    const failing: Job = {
      name: 'failing',
      everyMs: 20,
      run: () => Promise.reject(new Error('a template broke')),
    }
    const fine: Job = { name: 'fine', everyMs: 20, run: async () => ++runs }
    const { metrics } = begin('a', [failing, fine])
    const failures = async () =>
      Number(/auth_job_runs_total\{job="failing",result="failure"\} (\d+)/.exec(await metrics.text())?.[1])
    await expect.poll(failures, SOON).toBeGreaterThan(1)
    const before = runs
    await expect.poll(() => runs, SOON).toBeGreaterThan(before)
    expect(logged).toContainEqual({ node: 'a', job: 'failing', msg: expect.stringContaining('a job failed') })
  })
})

it('F-131 a leader that loses its connection is followed, and writes no more', async () => {
  const fresh = await freshDatabase()
  const proxy = await startStoreProxy(fresh.url)
  const [near, far] = await Promise.all(
    [fresh.url, proxy.url].map((url) => openDatabase({ url, dataDir: '', poolMax: 3 })),
  )
  if (near === undefined || far === undefined) throw new Error('no database')
  const writes = async () =>
    (await near.pool.query<{ node: string }>('select node from written order by at')).rows.map(
      ({ node }) => node,
    )
  await near.pool.query('create table written (node text, at timestamptz default clock_timestamp())')
  const writer = (node: string, { pool }: OpenDatabase): Job => ({
    name: 'writer',
    everyMs: 20,
    run: async (_now: number, lease: Lease) => {
      await lease.stillHeld()
      return (await pool.query('insert into written values ($1)', [node])).rowCount ?? 0
    },
  })
  const runnerOn = (node: string, database: OpenDatabase): Runner =>
    createRunner({
      jobs: [writer(node, database)],
      leases: createLeasesRepository(database.db),
      node,
      clock: systemClock,
      log: { debug: () => {}, info: () => {}, warn: () => {} },
      metrics: createMetrics({ nodeDefaults: false }),
      leaseMs: LEASE_MS,
    })
  const [a, b] = [runnerOn('a', far), runnerOn('b', near)]
  try {
    a.start()
    await expect.poll(async () => (await writes()).includes('a'), SOON).toBe(true)
    b.start()
    await proxy.close()
    await expect.poll(async () => (await writes()).includes('b'), SOON).toBe(true)
    const all = await writes()
    expect(all.slice(all.indexOf('b'))).not.toContain('a')
  } finally {
    await Promise.all([a.stop(0), b.stop(0)])
    await Promise.all([near.close(), far.close()])
    await fresh.drop()
  }
})
