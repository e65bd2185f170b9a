import type { Generated, JSONColumnType } from 'kysely'

/** One row, or none. */
export interface RiskPolicyRow {
  single: Generated<true>
  /** Of the rules that it names: `allow`, `notify`, `step_up` or `deny`. */
  outcomes: JSONColumnType<Record<string, string>>
  managed_by: string | null
  updated_at: Generated<Date>
}

export interface RiskTables {
  risk_policy: RiskPolicyRow
}
