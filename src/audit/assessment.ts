/**
 * What was known of a request when its risk was weighed, which rules spoke, and what was decided: as events keep it. So it
 * is flat, and holds nothing that a person chose. What is absent was not known.
 */
import { z } from 'zod'
import { RISK_OUTCOMES } from '../telemetry/metric-labels.ts'

const texts = z.array(z.string()).readonly()

const KNOWN = {
  device_seen: z.boolean().describe('whether the person had signed in on the device before').optional(),
  country: z.string().describe('where the address is: ISO 3166-1 alpha-2').optional(),
  countries: texts.describe('where the person (the session, at a refresh) was before').optional(),
  from_country: z.string().describe('of the last place').optional(),
  km: z.number().describe('how far from the last place this one certainly is').optional(),
  hours: z.number().describe('how long ago the last place was').optional(),
  listed: z.boolean().describe('whether the operator’s file of addresses has it').optional(),
  accounts: z
    .number()
    .describe(
      'how many accounts were signed in to from that network, each on a device that was new to it, within the hour',
    )
    .optional(),
  agent: z
    .string()
    .describe('what kind of device refreshes: `desktop`, `mobile`, `tablet`, `tv`, `bot`, `other`')
    .optional(),
  from_agent: z.string().describe('what kind of device did before').optional(),
  verdict: z
    .string()
    .describe('on the refresh token: `rotate`, `repeat`, `late`, `behind`, `ahead`')
    .optional(),
  differs: texts
    .describe('in what the party that repeats, or is late, differs: `key`, `agent`, `network`')
    .optional(),
  generations: z.number().describe('in how many generations running the answer was given again').optional(),
  behind_before: z
    .boolean()
    .describe('the store had been told before, in the same run, that it has forgotten the newest tokens')
    .optional(),
}

/** `risk`: what was decided; `rules`: which spoke, each as `rule:outcome`. */
export const ASSESSED = {
  ...KNOWN,
  risk: z.enum(RISK_OUTCOMES).describe('what was decided'),
  rules: texts.describe('which rules spoke, each as `rule:outcome`'),
}

export type Known = z.output<z.ZodObject<typeof KNOWN>>
export type Assessed = z.output<z.ZodObject<typeof ASSESSED>>
