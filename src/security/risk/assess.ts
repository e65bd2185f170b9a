/** Weighs what is known: every rule is asked, the policy says what follows from those that speak, the gravest counts. */
import type { Assessed, Known } from '../../audit/assessment.ts'
import { RISK_OUTCOMES, RISK_RULES, type RiskOutcome, type RiskRule } from '../../telemetry/metric-labels.ts'
import { type Policy, RULES } from './registry.ts'

export interface Assessment {
  known: Known
  outcome: RiskOutcome
  /** Those that spoke, be it without consequence. */
  spoke: readonly Spoken[]
}

export interface Spoken {
  rule: RiskRule
  outcome: RiskOutcome
}

export function assess(known: Known, policy: Policy): Assessment {
  const spoke = RISK_RULES.filter((rule) => RULES[rule].speaks(known)).map((rule) => ({
    rule,
    outcome: policy[rule],
  }))
  return { known, spoke, outcome: gravest(spoke.map(({ outcome }) => outcome)) }
}

export const gravest = (outcomes: readonly RiskOutcome[]): RiskOutcome =>
  RISK_OUTCOMES.findLast((outcome) => outcomes.includes(outcome)) ?? 'allow'

/** As the details of an event. */
export const toAssessed = ({ known, outcome, spoke }: Assessment): Assessed => ({
  ...known,
  risk: outcome,
  rules: spoke.map(({ rule, outcome: follows }) => `${rule}:${follows}`),
})
