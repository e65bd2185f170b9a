import type { AuditRecord } from '../../audit/record.ts'
import type { TrailRow } from '../../audit/trail-repository.ts'
import type { Assessment } from '../../security/risk/assess.ts'
import { readAssessed } from '../../security/risk/read-assessed.ts'

/** Events that may carry an assessment. Of a refresh the event of what was noticed has it. */
export const ASSESSED = ['login.succeeded', 'login.failed', 'risk.noticed'] as const

export interface AssessedEvent {
  record: AuditRecord
  assessment: Assessment
  address: string | undefined
  /** The person's name, as far as it is known, or what stands for them. */
  who: string
}

/** Undefined for an event of which nothing was weighed. */
export function assessedEvent({ record: text, personal }: TrailRow): AssessedEvent | undefined {
  const record = JSON.parse(text) as AuditRecord
  const assessment = readAssessed(record.details)
  const who = personal.name ?? record.subject ?? 'somebody'
  return assessment && { record, assessment, address: personal.ip, who }
}
