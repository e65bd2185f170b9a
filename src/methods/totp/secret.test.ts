import { expect, test } from 'vitest'
import { newTotpSecret, readTotpSecret } from './secret.ts'

const SECRET = 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXQ'

test.each([
  [SECRET, SECRET],
  [SECRET.toLowerCase(), SECRET],
  ['jbsw y3dp-ehpk 3pxp JBSW Y3DP EHPK 3PXQ', SECRET],
  // Of 80 bits, as some have made them, and with the padding of RFC 4648.
  ['JBSWY3DPEHPK3PXP', 'JBSWY3DPEHPK3PXP'],
  ['GEZDGNBVGY3TQOJQGE======', 'GEZDGNBVGY3TQOJQGE'],
  [Buffer.from('12345678901'), 'GEZDGNBVGY3TQOJQGE'],
])('%s is a secret', (given, secret) => {
  expect(readTotpSecret(given)).toBe(secret)
})

test.each([
  '',
  'JBSWY3DP',
  `${SECRET}1`,
  `${SECRET}A`,
  'A'.repeat(112),
  new Uint8Array(9),
  new Uint8Array(65),
])('%s is none', (given) => {
  expect(readTotpSecret(given)).toBeUndefined()
})

test('a new one has 160 bits, and is none of before', () => {
  const made = Array.from({ length: 100 }, newTotpSecret)
  expect(new Set(made).size).toBe(100)
  for (const secret of made) expect(secret).toMatch(/^[A-Z2-7]{32}$/)
})
