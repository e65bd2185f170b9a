import type { Rule } from './rule.ts'

/** Silent where nothing is known of before: the first place is no new one. */
export const newCountry: Rule = {
  speaks: ({ country, countries = [] }) =>
    country !== undefined && countries.length > 0 && !countries.includes(country),
  because: ({ country, countries = [] }) =>
    `The address is in ${country}; before, the addresses were in ${countries.join(', ')}.`,
}
