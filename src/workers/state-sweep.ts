import type { Job } from './job.ts'

export interface StateSweepUse {
  /** Removes what has expired, where the store does not do so itself. */
  sweep: () => Promise<number>
}

/** What has expired counts as absent already; this gives its room back. */
export const createStateSweep = ({ sweep }: StateSweepUse): Job => ({
  name: 'state-sweep',
  everyMs: 60_000,
  run: sweep,
})
