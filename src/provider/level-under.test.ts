import { expect, it } from 'vitest'
import { METHODS } from '../telemetry/metric-labels.ts'
import { levelUnder } from './level-under.ts'

const password = {
  method: 'password',
  factors: ['knowledge'],
  amr: ['pwd'],
  phishingResistant: false,
} as const
const totp = { method: 'totp', factors: ['possession'], amr: ['otp'], phishingResistant: false } as const
const all = { methods: METHODS }
const acr = 'urn:gatehouse:acr:2fa'

it('a session is worth what was proven by methods that are taken', () => {
  const proofs = [password, totp] as unknown as Parameters<typeof levelUnder>[0]['proofs']
  expect(levelUnder({ proofs, acr }, all)).toBe('2fa')
  expect(levelUnder({ proofs, acr }, { methods: ['password'] })).toBe('1fa')
  expect(levelUnder({ proofs, acr }, { methods: ['passkey'] })).toBeUndefined()
})

it('where it is not known what was proven, what was said of it counts', () => {
  expect(levelUnder({ proofs: undefined, acr }, { methods: ['passkey'] })).toBe('2fa')
  expect(levelUnder({ proofs: undefined, acr: undefined }, all)).toBe('1fa')
})
