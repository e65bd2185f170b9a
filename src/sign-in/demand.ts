/** How much has to be proven. Pure: what the client asks, what its policy and the risk say, and what the account has. */
import type { RiskOutcome } from '../telemetry/metric-labels.ts'
import { highest, type Level } from './assurance.ts'

export interface Demands {
  /** What the client needs, or else nothing (an essential `acr`). */
  required: Level | undefined
  /** What it would like (`acr_values`). */
  wished: Level | undefined
  /** Of the risk rules. */
  risk: RiskOutcome | undefined
  /** A second factor was asked for on this device not long ago, and its person wished not to be asked again. */
  trusted: boolean
  /** The best that the person can do. */
  reachable: Level
}

/** Whoever has a second factor is asked for it, but on a device that is trusted; what is asked for by name, always. */
export function levelDemanded({ required, wished, risk, trusted, reachable }: Demands): Level {
  const own: Level = trusted || reachable === '1fa' ? '1fa' : '2fa'
  const atRisk: Level = risk === 'step_up' && reachable !== '1fa' ? '2fa' : '1fa'
  const wishedAsFarAsCan =
    wished !== undefined && highest([wished, reachable]) === reachable ? wished : reachable
  return highest([own, atRisk, required ?? '1fa', wished === undefined ? '1fa' : wishedAsFarAsCan])
}
