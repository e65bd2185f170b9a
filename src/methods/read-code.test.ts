import { expect, test } from 'vitest'
import { readDigits } from './read-code.ts'

test.each([
  ['123456', '123456'],
  [' 123 456 ', '123456'],
  ['123-456', '123456'],
  ['123–456', '123456'],
  ['٠١٢٣٤٥', '012345'],
  ['۰۱۲۳۴۵', '012345'],
  ['०१२३४९', '012349'],
  ['１２３４５６', '123456'],
  ['𝟎𝟏𝟐𝟑𝟗𝟎', '012390'],
  ['000000', '000000'],
])('%s is read as %s', (typed, digits) => {
  expect(readDigits(typed, 6)).toBe(digits)
})

test.each(['', '12345', '1234567', '+123456', '12345a', '12.3456', '½23456', '1'.repeat(100), '12345²'])(
  '%s is no code',
  (typed) => {
    expect(readDigits(typed, 6)).toBeUndefined()
  },
)
