import { describe, expect, it } from 'vitest'
import type { Outcomes } from '../../security/risk/policy-repository.ts'
import { planRiskPolicy } from './plan-risk-policy.ts'
import { changeLines } from './show-changes.ts'

const wanted = (outcomes: Outcomes) => ({ path: ['policies', 'risk'], outcomes })
const stored = (outcomes: Outcomes, managedBy: string | undefined = 'apply') => ({ outcomes, managedBy })
type Sides = Parameters<typeof planRiskPolicy>
const lines = (before: Sides[0], desired: Sides[1], prune = false) => {
  const change = planRiskPolicy(before, desired, { managedBy: 'apply', prune })
  return change && changeLines(change)
}

describe('the policy of risk', () => {
  it('is set rule by rule, and says nothing where it is so already', () => {
    expect(lines(undefined, wanted({ new_device: 'deny' }))).toEqual([
      '+ policy of risk',
      '    new_device: "deny"',
    ])
    const before = stored({ new_device: 'deny', new_country: 'allow' })
    expect(lines(before, wanted({ new_device: 'deny', many_accounts: 'deny' }))).toEqual([
      '~ policy of risk',
      '    new_country: "allow" → none',
      '    many_accounts: none → "deny"',
    ])
    expect(lines(before, wanted({ new_country: 'allow', new_device: 'deny' }))).toBeUndefined()
    expect(lines(undefined, wanted({}))).toBeUndefined()
  })

  it('stays where the file does not name it, and goes with --prune where a file had set it', () => {
    const before = stored({ new_device: 'deny' })
    expect(lines(before, undefined)).toBeUndefined()
    expect(lines(before, undefined, true)).toEqual(['- policy of risk', '    new_device: "deny" → none'])
    expect(lines(stored({ new_device: 'deny' }, 'hand'), undefined, true)).toBeUndefined()
  })

  it('keeps its manager', () => {
    const options = { managedBy: 'apply', prune: false } as const
    const change = planRiskPolicy(stored({}, 'hand'), wanted({ new_device: 'deny' }), options)
    expect(change).toMatchObject({ action: 'update', to: { managedBy: 'hand' } })
  })
})
