/** What was known of a request, a line each, for people. */
import type { Known } from '../../audit/assessment.ts'

type Line = (known: Known) => string | undefined

const KNOWN: readonly Line[] = [
  ({ device_seen }) =>
    device_seen === undefined ? undefined : `device: ${device_seen ? 'seen before' : 'new to this person'}`,
  ({ country }) => `country of the address: ${country ?? 'not known'}`,
  ({ countries }) =>
    countries && `countries before: ${countries.length > 0 ? countries.join(', ') : 'none known'}`,
  ({ from_country, km, hours }) => {
    if (from_country === undefined) return undefined
    const far = km === undefined ? 'how far from here is not known' : `${km} km from here at least`
    return `last place: ${from_country}, ${far}${hours === undefined ? '' : `, ${hours} hours before`}`
  },
  ({ listed }) =>
    listed === undefined
      ? undefined
      : `file of addresses: ${listed ? 'has this one' : 'does not have this one'}`,
  ({ accounts }) =>
    accounts === undefined
      ? undefined
      : `accounts on new devices, from this network within an hour: ${accounts}`,
  ({ agent, from_agent }) =>
    agent && `kind of device: ${agent}${from_agent === undefined ? '' : `, before: ${from_agent}`}`,
  ({ verdict }) => verdict && `verdict on the refresh token: ${verdict}`,
  ({ differs }) =>
    differs &&
    `differs from who used the token first: ${differs.length > 0 ? differs.join(', ') : 'in nothing'}`,
  ({ generations }) =>
    generations === undefined ? undefined : `generations running in which it came again: ${generations}`,
]

export const knownInWords = (known: Known): string[] =>
  KNOWN.flatMap((line) => line(known) ?? []).map((line) => `  ${line}`)
