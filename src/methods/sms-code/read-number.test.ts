import { expect, test } from 'vitest'
import { readNumber } from './read-number.ts'

test.each([
  ['+447700900047', '+447700900047'],
  [' +44 7700 900047 ', '+447700900047'],
  ['+44-7700–900047', '+447700900047'],
  ['+1 (555) 010-0047', '+15550100047'],
  ['0044 7700 900047', '+447700900047'],
  ['+٤٤ ٧٧٠٠ ٩٠٠٠٤٧', '+447700900047'],
  ['\u202a+44\u00a07700\u00a0900047\u202c', '+447700900047'],
  ['+6834123', '+6834123'],
  ['+123456789012345', '+123456789012345'],
])('%s is read as %s', (typed, number) => {
  expect(readNumber(typed)).toEqual({ ok: true, number })
})

test.each([
  ['', 'missing'],
  [' \t ', 'missing'],
  ['07700 900047', 'national'],
  ['447700900047', 'national'],
  ['(0)7700 900047', 'national'],
  ['+44 (0)7700 900047', 'malformed'],
  ['+', 'malformed'],
  ['00', 'malformed'],
  ['000447700900047', 'malformed'],
  ['+0447700900047', 'malformed'],
  ['+123456', 'malformed'],
  ['+1234567890123456', 'malformed'],
  ['++447700900047', 'malformed'],
  ['+44 7700 900047 ext 3', 'malformed'],
  ['+44.7700.900047', 'malformed'],
  ['+44\u00007700900047', 'malformed'],
  ['+44 7700 900047\n+44 7700 900048', 'malformed'],
  ['tel:+447700900047', 'malformed'],
  ['+979 123456789', 'malformed'],
  ['+800 1234 5678', 'malformed'],
  [`+${'4'.repeat(5000)}`, 'malformed'],
] as const)('%j is none: %s', (typed, reason) => {
  expect(readNumber(typed)).toEqual({ ok: false, reason })
})
