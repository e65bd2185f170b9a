import { expect, test } from 'vitest'
import { isDemoAllowed } from './demo-scope.ts'

test.each([
  ['http://localhost:3000', false, true],
  ['http://127.0.0.1:3000', false, true],
  ['http://[::1]:3000', false, true],
  ['https://app.localhost', false, true],
  ['https://id.example.com', false, false],
  ['http://localhost.example.com', false, false],
  ['http://192.168.1.2:3000', false, false],
  ['http://localhost:3000', true, false],
])('A-907 with the issuer %s (production: %s) the demo is allowed: %s', (issuer, production, allowed) => {
  expect(isDemoAllowed({ issuer, production })).toBe(allowed)
})
