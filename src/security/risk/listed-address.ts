import type { Rule } from './rule.ts'

export const listedAddress: Rule = {
  speaks: ({ listed }) => listed === true,
  because: () => 'The address is in the file of addresses (ADDRESS_REPUTATION).',
}
