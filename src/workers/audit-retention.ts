import type { ChainRepository } from '../audit/chain-repository.ts'
import type { Job } from './job.ts'

/** A year of the audit trail is kept, and a month of refreshes; what is older goes by whole partitions. */
export const auditRetentionJob = ({ chain }: { chain: Pick<ChainRepository, 'dropOld'> }): Job => ({
  name: 'audit-retention',
  everyMs: 60 * 60 * 1000,
  run: (now) => chain.dropOld(now),
})
