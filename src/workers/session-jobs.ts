import type { AccountsRepository } from '../accounts/accounts-repository.ts'
import type { CleanUpAccess } from '../sessions/clean-up.ts'
import type { CleanUpsRepository } from '../sessions/clean-ups-repository.ts'
import type { DevicesRepository } from '../sessions/devices-repository.ts'
import type { EndsRepository } from '../sessions/ends-repository.ts'
import type { SessionsRepository } from '../sessions/sessions-repository.ts'
import type { LogEvent } from '../telemetry/logger.ts'
import type { Job } from './job.ts'

export interface CleanUpsUse {
  cleanUps: Pick<CleanUpsRepository, 'next'>
  cleanUp: CleanUpAccess
  log: Readonly<Record<'info', (event: LogEvent, msg: string) => void>>
}

const AT_ONCE = 20

/** What was revoked, and whoever revoked it could not take out of the store: they had no time, or did not live to do it. */
export const createCleanUps = ({ cleanUps, cleanUp, log }: CleanUpsUse): Job => ({
  name: 'clean-up',
  everyMs: 1000,
  run: async (_now, lease) => {
    let count = 0
    for (;;) {
      const tasks = await cleanUps.next(AT_ONCE)
      for (const task of tasks) {
        const { sessions, grants } = await cleanUp(task, lease.stillHeld)
        count += sessions + grants
        const about = { purpose: task.kind, count: sessions + grants }
        log.info(about, 'what was revoked is gone from the store')
      }
      if (tasks.length < AT_ONCE) return count
    }
  },
})

export interface SessionsSweepUse {
  devices: Pick<DevicesRepository, 'forget'>
  sessions: Pick<SessionsRepository, 'forget'>
  ends: Pick<EndsRepository, 'forget'>
  accounts: Pick<AccountsRepository, 'registrations' | 'emailChanges'>
}

const BATCH = 500

/**
 * Sessions that can't live any longer, devices that are remembered no longer, ends that nothing can come back from,
 * registrations that nobody confirmed, changes of address that nobody can make or put back any more.
 */
export const createSessionsSweep = ({ devices, sessions, ends, accounts }: SessionsSweepUse): Job => ({
  name: 'sessions-sweep',
  everyMs: 60 * 60 * 1000,
  run: async () => {
    let removed = 0
    for (const { forget } of [sessions, devices, ends, accounts.registrations, accounts.emailChanges]) {
      for (let batch = BATCH; batch === BATCH; removed += batch) batch = await forget(BATCH)
    }
    return removed
  },
})
