import { type Kysely, sql } from 'kysely'
import type { AuditEvent } from '../../audit/event.ts'
import { recorded } from '../../audit/inbox-repository.ts'
import type { Database } from '../../schema.ts'
import { RISK_OUTCOMES, RISK_RULES, type RiskOutcome, type RiskRule } from '../../telemetry/metric-labels.ts'

export type Outcomes = Readonly<Partial<Record<RiskRule, RiskOutcome>>>

export interface RiskPolicySettings {
  /** Of rules that are left out the default counts. */
  outcomes: Outcomes
  managedBy: string | undefined
}

export interface RiskPolicyRepository {
  /** Undefined where nothing was set. */
  find(): Promise<RiskPolicySettings | undefined>
  save(settings: RiskPolicySettings, event: AuditEvent): Promise<void>
  /** False, and nothing recorded, when nothing was set. */
  remove(event: AuditEvent): Promise<boolean>
}

export const createRiskPolicyRepository = (db: Kysely<Database>): RiskPolicyRepository => ({
  find: async () => {
    const row = await db.selectFrom('risk_policy').selectAll().executeTakeFirst()
    return row && { outcomes: outcomesIn(row.outcomes), managedBy: row.managed_by ?? undefined }
  },
  save: async ({ outcomes, managedBy }, event) => {
    const values = { outcomes: JSON.stringify(outcomes), managed_by: managedBy ?? null }
    await recorded(db, event, async (tx) => {
      await tx
        .insertInto('risk_policy')
        .values(values)
        .onConflict((c) => c.column('single').doUpdateSet({ ...values, updated_at: sql`now()` }))
        .execute()
      return true
    })
  },
  remove: (event) =>
    recorded(db, event, async (tx) => {
      const result = await tx.deleteFrom('risk_policy').executeTakeFirst()
      return result.numDeletedRows > 0n
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
