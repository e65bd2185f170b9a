/** How much has to be proven. Pure: what the client asks, what policy and the risk say, and what the account has. */
import { highest, type Level, reaches } from '../security/sign-in-policy/levels.ts'
import type { SignInPolicy } from '../security/sign-in-policy/policy.ts'
import type { RiskOutcome } from '../telemetry/metric-labels.ts'

export interface Demands {
  policy: Pick<SignInPolicy, 'level' | 'newDevice' | 'risky'>
  /** What the client needs, or else nothing (an essential `acr`). */
  required: Level | undefined
  /** What it would like (`acr_values`). */
  wished: Level | undefined
  /** Of the risk rules. */
  risk: RiskOutcome | undefined
  /** Nobody had signed in to the account on this device. */
  newDevice: boolean
  /** A second factor was asked for on this device not long ago, and its person wished not to be asked again. */
  trusted: boolean
  /** The best that the person can do, with what they may use. */
  reachable: Level
}

export interface Demand {
  level: Level
  /** More is called for than the account has a second factor for: the mailbox at least, if it has one. */
  mailbox: boolean
}

/**
 * Whoever has a second factor is asked for it, but on a device that is trusted; what is asked for by name, always. What a
 * new device or a risk calls for is asked of those who can: whoever has nothing of the kind is not locked out by it.
 */
export function demandOf(demands: Demands): Demand {
  const { policy, required = '1fa', wished = '1fa', risk, newDevice, trusted, reachable } = demands
  const asFarAsCan = (level: Level): Level => (reaches(reachable, level) ? level : reachable)
  const own: Level = trusted ? '1fa' : asFarAsCan('2fa')
  const called = highest([risk === 'step_up' ? policy.risky : '1fa', newDevice ? policy.newDevice : '1fa'])
  return {
    level: highest([own, asFarAsCan(called), policy.level, required, asFarAsCan(wished)]),
    mailbox: called !== '1fa' && reachable === '1fa',
  }
}
