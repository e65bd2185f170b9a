import type { Rule } from './rule.ts'

export const newDevice: Rule = {
  speaks: ({ device_seen }) => device_seen === false,
  because: () => 'The person had not signed in on this device before.',
}
