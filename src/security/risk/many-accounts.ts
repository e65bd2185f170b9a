import type { Rule } from './rule.ts'

/** People behind one address sign in on devices of theirs that were there before; a list of stolen passwords has none. */
const MANY = 10

export const manyAccounts: Rule = {
  speaks: ({ device_seen, accounts = 0 }) => device_seen === false && accounts >= MANY,
  because: ({ accounts }) =>
    `${accounts} accounts were signed in to from this network within an hour, each on a device that was new to it.`,
}
