/** Every rule, and what follows from it where no policy says otherwise: a line each. */
import type { RiskOutcome, RiskRule } from '../../telemetry/metric-labels.ts'
import { changedAgent } from './changed-agent.ts'
import { impossibleTravel } from './impossible-travel.ts'
import { listedAddress } from './listed-address.ts'
import { manyAccounts } from './many-accounts.ts'
import { newCountry } from './new-country.ts'
import { newDevice } from './new-device.ts'
import { refreshAhead } from './refresh-ahead.ts'
import { refreshBehindAgain } from './refresh-behind-again.ts'
import { refreshElsewhere } from './refresh-elsewhere.ts'
import { refreshInStep } from './refresh-in-step.ts'
import type { Rule } from './rule.ts'

export const RULES: Readonly<Record<RiskRule, Rule>> = {
  new_device: newDevice,
  new_country: newCountry,
  impossible_travel: impossibleTravel,
  listed_address: listedAddress,
  many_accounts: manyAccounts,
  changed_agent: changedAgent,
  refresh_elsewhere: refreshElsewhere,
  refresh_in_step: refreshInStep,
  refresh_behind_again: refreshBehindAgain,
  refresh_ahead: refreshAhead,
}

export type Policy = Readonly<Record<RiskRule, RiskOutcome>>

export const DEFAULT_POLICY: Policy = {
  new_device: 'notify',
  new_country: 'notify',
  impossible_travel: 'step_up',
  listed_address: 'step_up',
  many_accounts: 'notify',
  changed_agent: 'notify',
  refresh_elsewhere: 'notify',
  refresh_in_step: 'notify',
  // Of the store rather than of the person: for operators, who see it in the metric and in the trail.
  refresh_behind_again: 'allow',
  // The token is refused anyway.
  refresh_ahead: 'allow',
}

/** The defaults, but for what was set. */
export const policyWith = (set: Partial<Policy> = {}): Policy => ({ ...DEFAULT_POLICY, ...set })
