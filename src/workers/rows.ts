import type { Generated } from 'kysely'

interface WorkerLeaseRow {
  name: string
  /** The node that has it, or had it last. */
  holder: string
  /** One more with each new holder. */
  fence: number
  expires_at: Date
  since: Generated<Date>
}

export interface WorkerTables {
  worker_leases: WorkerLeaseRow
}
