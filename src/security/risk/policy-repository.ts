import type { Kysely, Selectable } from 'kysely'
import { createSettingRepository, type SettingRepository } from '../../audit/setting-repository.ts'
import type { Database } from '../../schema.ts'
import { RISK_OUTCOMES, RISK_RULES, type RiskOutcome, type RiskRule } from '../../telemetry/metric-labels.ts'
import type { RiskPolicyRow } from './rows.ts'

export type Outcomes = Readonly<Partial<Record<RiskRule, RiskOutcome>>>

export interface RiskPolicySettings {
  /** Of rules that are left out the default counts. */
  outcomes: Outcomes
  managedBy: string | undefined
}

export type RiskPolicyRepository = SettingRepository<RiskPolicySettings>

export const createRiskPolicyRepository = (db: Kysely<Database>): RiskPolicyRepository =>
  createSettingRepository<RiskPolicySettings, Selectable<RiskPolicyRow>>(db, {
    table: 'risk_policy',
    read: (row) => ({ outcomes: outcomesIn(row.outcomes), managedBy: row.managed_by ?? undefined }),
    write: ({ outcomes, managedBy }) => ({
      outcomes: JSON.stringify(outcomes),
      managed_by: managedBy ?? null,
    }),
  })

/** Without what another version wrote there. */
const outcomesIn = (stored: Readonly<Record<string, string>>): Outcomes =>
  Object.fromEntries(
    RISK_RULES.flatMap((rule) => {
      const outcome = RISK_OUTCOMES.find((one) => one === stored[rule])
      return outcome === undefined ? [] : [[rule, outcome]]
    }),
  )
