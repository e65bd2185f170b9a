import { expect, it } from 'vitest'
import { maskEmail } from './mask-email.ts'

it.each([
  ['mira@example.com', 'm…@example.com'],
  ['m@example.com', 'm…@example.com'],
  ['"a@b"@example.com', '"…@example.com'],
  ['😀🎉@example.com', '😀…@example.com'],
])('of %s one sees %s', (email, shown) => {
  expect(maskEmail(email)).toBe(shown)
})
