import type { StoredSignInPolicy } from '../../clients/sign-in-policy-repository.ts'
import type { DesiredSignInPolicy } from './desired.ts'
import { differences } from './fields.ts'
import type { ChangeOf, PlanOptions } from './plan.ts'

const KIND = { kind: 'sign_in_policy', name: 'sign-in' } as const

export function planSignInPolicy(
  before: StoredSignInPolicy | undefined,
  desired: DesiredSignInPolicy | undefined,
  { managedBy, prune }: PlanOptions,
): ChangeOf<'sign_in_policy'> | undefined {
  const known = { ...before?.settings }
  if (desired === undefined) {
    if (!prune || before?.managedBy !== managedBy) return undefined
    return { ...KIND, action: 'remove', fields: differences(known, {}) }
  }
  const { settings } = desired
  const fields = differences(known, { ...settings })
  if (fields.length === 0) return undefined
  const to = { settings, managedBy: before === undefined ? managedBy : before.managedBy }
  return { ...KIND, action: before === undefined ? 'create' : 'update', fields, to }
}
