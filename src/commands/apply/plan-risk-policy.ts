import type { RiskPolicySettings } from '../../security/risk/policy-repository.ts'
import type { DesiredRiskPolicy } from './desired.ts'
import { differences } from './fields.ts'
import type { ChangeOf, PlanOptions } from './plan.ts'

const KIND = { kind: 'risk_policy', name: 'risk' } as const

export function planRiskPolicy(
  before: RiskPolicySettings | undefined,
  desired: DesiredRiskPolicy | undefined,
  { managedBy, prune }: PlanOptions,
): ChangeOf<'risk_policy'> | undefined {
  if (desired === undefined) {
    if (!prune || before?.managedBy !== managedBy) return undefined
    return { ...KIND, action: 'remove', fields: differences(before.outcomes, {}) }
  }
  const { outcomes } = desired
  const fields = differences(before?.outcomes ?? {}, outcomes)
  if (fields.length === 0) return undefined
  const to = { outcomes, managedBy: before === undefined ? managedBy : before.managedBy }
  return { ...KIND, action: before === undefined ? 'create' : 'update', fields, to }
}
