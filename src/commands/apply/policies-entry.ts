/** What holds for everybody. Risk: what follows when a rule of it speaks, docs/risk.md. */
import { z } from 'zod'
import { RISK_OUTCOMES, RISK_RULES, type RiskRule } from '../../telemetry/metric-labels.ts'
import { signInPolicyEntry } from './sign-in-policy-entry.ts'

const outcome = z.enum(RISK_OUTCOMES).optional()

export const riskPolicyEntry = z.strictObject(
  Object.fromEntries(RISK_RULES.map((rule) => [rule, outcome])) as Record<RiskRule, typeof outcome>,
)

export type RiskPolicyEntry = z.output<typeof riskPolicyEntry>

/** With everything in it commented out it is null in YAML, and says nothing. */
export const policiesEntry = z.strictObject({
  risk: riskPolicyEntry.nullish().transform((entry) => entry ?? undefined),
  sign_in: signInPolicyEntry.nullish().transform((entry) => entry ?? undefined),
})
