/** The background work of a node, put together: a line a job. */
import { hostname } from 'node:os'
import type { Core } from './core.ts'
import type { Logger } from './telemetry/logger.ts'
import type { Metrics } from './telemetry/metrics.ts'
import { createLeasesRepository } from './workers/leases-repository.ts'
import { createRunner, type Runner } from './workers/runner.ts'
import { createStateSweep, type StateSweepUse } from './workers/state-sweep.ts'

export interface BackgroundUse extends StateSweepUse {
  core: Pick<Core, 'database' | 'clock'>
  log: Logger
  metrics: Metrics
}

export function createBackground({ core, sweep, log, metrics }: BackgroundUse): Runner {
  return createRunner({
    jobs: [createStateSweep({ sweep })],
    leases: createLeasesRepository(core.database.db),
    node: `${hostname()}:${process.pid}`,
    clock: core.clock,
    log,
    metrics,
  })
}
