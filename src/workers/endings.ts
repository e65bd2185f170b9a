import type { EndingStore } from '../../adapters/contract.ts'
import type { EndedSidsRepository } from '../events/ended-sids-repository.ts'
import type { takeEndings } from '../events/take-endings.ts'
import type { Job } from './job.ts'

export interface EndingsUse {
  endings: EndingStore
  take: ReturnType<typeof takeEndings>
  endedSids: Pick<EndedSidsRepository, 'forget'>
  /** How long an ended session is told of, ms. */
  keptFor: number
}

/** Brings what has ended from where it was kept to those who have to know. Any number of processes may do it at once. */
export const endingsJob = ({ endings, take, endedSids, keptFor }: EndingsUse): Job => ({
  name: 'endings',
  everyMs: 1000,
  run: async (now) => {
    const taken = await endings.drain((batch) => take(batch, now))
    return taken + (await endedSids.forget(now - keptFor))
  },
})
