import type { Rule } from './rule.ts'

/** A session stays on its device. */
export const changedAgent: Rule = {
  speaks: ({ agent, from_agent }) => agent !== undefined && from_agent !== undefined && agent !== from_agent,
  because: ({ agent, from_agent }) =>
    `The session was on a device of the kind ${from_agent}, and goes on on one of the kind ${agent}.`,
}
