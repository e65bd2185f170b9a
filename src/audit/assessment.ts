/**
 * What was known of a request when its risk was weighed, which rules spoke, and what was decided: as events keep it. So it
 * is flat, and holds nothing that a person chose. What is absent was not known.
 */
import type { RiskOutcome } from '../telemetry/metric-labels.ts'

export interface Known {
  /** Whether the person had signed in on the device before. */
  device_seen?: boolean
  /** ISO 3166-1 alpha-2: where the address is, and where the person (the session, at a refresh) was before. */
  country?: string
  countries?: readonly string[]
  /** Of the last place: its country, how far from it this one certainly is, and how long ago that was. */
  from_country?: string
  km?: number
  hours?: number
  /** The operator's file of addresses has it. */
  listed?: boolean
  /** How many accounts were signed in to from that network, each on a device that was new to it, within the hour. */
  accounts?: number
  /** What kind of device refreshes, and did before: `desktop`, `mobile`, `tablet`, `tv`, `bot`, `other`. */
  agent?: string
  from_agent?: string
  /** The rule's verdict on the refresh token: `rotate`, `repeat`, `late`, `behind`, `ahead`. */
  verdict?: string
  /** In what the party that repeats, or is late, differs from the one that rotated: `key`, `agent`, `network`. */
  differs?: readonly string[]
  /** In how many generations running the answer was given again. */
  generations?: number
  /** The store had been told before, in the same run, that it has forgotten this family's newest tokens. */
  behind_before?: boolean
}

/** `risk`: what was decided; `rules`: which spoke, each as `rule:outcome`. */
export type Assessed = Known & { risk: RiskOutcome; rules: readonly string[] }
