import type { Rule } from './rule.ts'

/** No airliner is faster over ground. */
const FASTEST_KM_PER_HOUR = 1_000
/** Files of places are wrong by as much, near borders above all. */
const LEAST_KM = 500

export const impossibleTravel: Rule = {
  speaks: ({ km, hours }) =>
    km !== undefined && hours !== undefined && km >= LEAST_KM && km > hours * FASTEST_KM_PER_HOUR,
  because: ({ from_country, country, km, hours }) =>
    `From ${from_country} to ${country} it is ${km} km at least, and ${hours} hours were between.`,
}
