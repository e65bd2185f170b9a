import type { Known } from '../../audit/assessment.ts'
import type { Details } from '../../audit/event.ts'
import { RISK_OUTCOMES, RISK_RULES, type RiskOutcome } from '../../telemetry/metric-labels.ts'
import type { Assessment, Spoken } from './assess.ts'

/** From the details of an event; undefined where none was weighed. Rules that are no more are left out. */
export function readAssessed(details: Details = {}): Assessment | undefined {
  const { risk, rules, ...rest } = details
  const outcome = outcomeIn(risk)
  if (outcome === undefined || !Array.isArray(rules)) return undefined
  const spoke = RISK_RULES.flatMap((rule): Spoken[] => {
    const said = rules.find((one) => String(one).startsWith(`${rule}:`))
    const follows = outcomeIn(said?.slice(rule.length + 1))
    return follows === undefined ? [] : [{ rule, outcome: follows }]
  })
  return { known: rest as Known, spoke, outcome }
}

const outcomeIn = (text: unknown): RiskOutcome | undefined => RISK_OUTCOMES.find((one) => one === text)
