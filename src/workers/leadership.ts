/**
 * Of all nodes that do background work one leads, by a lease that it renews. Whoever can't renew in time, or finds
 * another fencing number, steps down by itself; the others try to take over all the time.
 */
import type { LogEvent } from '../telemetry/logger.ts'
import { type Lease, LeaseLost } from './job.ts'
import type { LeasesRepository } from './leases-repository.ts'

export interface LeadershipUse {
  leases: LeasesRepository
  /** Names this node, for those who look into the table. */
  node: string
  /** A leader that is gone is followed after this and a third of it, about. */
  leaseMs: number
  random: () => number
  log: Readonly<Record<'info' | 'warn', (event: LogEvent, msg: string) => void>>
  /** Called with a lease of its own each time that this node begins to lead. */
  onLead(lease: Lease): void
  onStepDown(): void
}

export interface Leadership {
  start(): void
  /** Gives the lease back, so that another node leads at once. */
  stop(): Promise<void>
}

interface Term {
  fence: number
  /** By this process's steady clock: a lease that could not be renewed ends here too. */
  renewedAt: number
}

export function createLeadership(use: LeadershipUse): Leadership {
  const { leases, node, leaseMs, log } = use
  let term: Term | undefined
  let active = false
  let timer: NodeJS.Timeout | undefined
  let stepping: Promise<void> = Promise.resolve()

  const stepDown = (ended: Term): void => {
    if (term !== ended) return
    term = undefined
    log.warn({ component: 'worker' }, 'this node no longer leads the background work')
    use.onStepDown()
  }
  const leaseOf = (own: Term): Lease => ({
    stillHeld: async () => {
      if (term === own && (await leases.isHeld(own.fence)) && term === own) return
      stepDown(own)
      throw new LeaseLost()
    },
  })
  const lead = async (): Promise<void> => {
    const asked = performance.now()
    const fence = await leases.acquire(node, leaseMs)
    if (fence === undefined) return
    term = { fence, renewedAt: asked }
    log.info({ component: 'worker' }, 'this node leads the background work')
    use.onLead(leaseOf(term))
  }
  const renew = async (own: Term): Promise<void> => {
    const asked = performance.now()
    if (await leases.renew(own.fence, leaseMs)) own.renewedAt = asked
    else stepDown(own)
  }
  const step = async (): Promise<void> => {
    const own = term
    try {
      await (own === undefined ? lead() : renew(own))
    } catch (error) {
      log.warn({ component: 'worker', error }, 'the lease of the background work can’t be asked for')
      if (own !== undefined && performance.now() - own.renewedAt > leaseMs) stepDown(own)
    }
  }
  const campaign = (): void => {
    stepping = step().then(() => {
      if (active) timer = setTimeout(campaign, (leaseMs / 3) * (0.9 + 0.2 * use.random()))
    })
  }

  return {
    start: () => {
      active = true
      campaign()
    },
    stop: async () => {
      active = false
      clearTimeout(timer)
      await stepping
      if (term === undefined) return
      const { fence } = term
      term = undefined
      await leases
        .release(fence)
        .catch((error: unknown) => log.warn({ component: 'worker', error }, 'the lease was not given back'))
    },
  }
}
