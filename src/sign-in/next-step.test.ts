import { expect, test } from 'vitest'
import type { Person } from '../accounts/person.ts'
import type { Enrolment, Factor, Method, MethodId } from '../methods/method.ts'
import { METHODS } from '../telemetry/metric-labels.ts'
import type { Demand } from './demand.ts'
import { nextStep } from './next-step.ts'

const FACTORS: Record<MethodId, Factor[]> = {
  ...{
    password: ['knowledge'],
    identity: ['knowledge'],
    totp: ['possession'],
    passkey: ['possession', 'knowledge'],
  },
  ...{ 'sms-code': ['possession'], 'email-code': ['mailbox'], 'recovery-codes': ['possession'] },
}
const isFirst = (id: MethodId) => id === 'password' || id === 'identity'

/** What comes after these proofs for somebody who has these methods; `taken`: by policy. */
function after(
  proven: MethodId[],
  demand: Demand,
  { has = [], taken = METHODS }: { has?: MethodId[]; taken?: readonly MethodId[] } = {},
) {
  const methods = taken.map((id) => {
    const canAdd = id === 'passkey' || id === 'totp'
    const method: Partial<Method> = {
      ...{ id, role: isFirst(id) ? 'first' : 'either', factors: FACTORS[id] },
      ...{ phishingResistant: id === 'passkey', ready: () => has.includes(id) },
      ...(canAdd && { enrolment: {} as Enrolment }),
    }
    return [id, method as Method] as const
  })
  const proofs = proven.map((method) => ({
    ...{ method, factors: FACTORS[method], amr: [], phishingResistant: method === 'passkey', at: 0 },
  }))
  const person = { account: {}, credentials: has.map((method) => ({ method })) } as unknown as Person
  const step = nextStep(proofs, demand, person, new Map(methods))
  return step.kind === 'more' || step.kind === 'enrol'
    ? [step.kind, ...step.methods.map(({ id }) => id)]
    : step.kind
}

const TWO: Demand = { level: '2fa', mailbox: false }
const PHR: Demand = { level: 'phr', mailbox: false }

test('A-461 whoever has no second factor adds one that reaches the level, of those that policy takes', () => {
  expect(after(['password'], TWO)).toEqual(['enrol', 'passkey', 'totp'])
  expect(after(['password'], TWO, { taken: ['password', 'totp'] })).toEqual(['enrol', 'totp'])
  expect(after(['password'], PHR)).toEqual(['enrol', 'passkey'])
  // Beside a mailbox an app is one factor.
  expect(after(['email-code'], TWO)).toEqual(['enrol', 'passkey'])
  expect(after(['password'], PHR, { taken: ['password', 'totp'] })).toBe('unreachable')
  expect(after(['password'], { level: '1fa', mailbox: false })).toBe('done')
})

test('A-461 whoever has one adds no other before they have proven it, and none where it is enough or may not be used', () => {
  expect(after(['password'], TWO, { has: ['totp'] })).toEqual(['more', 'totp'])
  expect(after(['password'], PHR, { has: ['totp'] })).toEqual(['more', 'totp'])
  expect(after(['password', 'totp'], PHR, { has: ['totp'] })).toEqual(['enrol', 'passkey'])
  expect(after(['password', 'totp'], PHR, { has: ['totp'], taken: ['password', 'totp'] })).toBe('unreachable')
  expect(after(['password', 'totp'], TWO, { has: ['totp'] })).toBe('done')
  // A mailbox proves no second factor, so it does not lead there.
  expect(after(['password'], PHR, { has: ['totp', 'email-code'] })).toEqual(['more', 'totp'])
  expect(after(['password', 'email-code'], PHR, { has: ['totp', 'email-code'] })).toEqual(['more', 'totp'])
  expect(after(['password'], TWO, { has: ['sms-code'], taken: ['password', 'totp'] })).toBe('unreachable')
})

test('where a mailbox has to be proven besides, that comes before anything is added', () => {
  const demand = { ...TWO, mailbox: true }
  expect(after(['password'], demand, { has: ['email-code'] })).toEqual(['more', 'email-code'])
  expect(after(['password', 'email-code'], demand, { has: ['email-code'] })).toEqual([
    ...['enrol', 'passkey', 'totp'],
  ])
})

test('before anything is proven nothing is added', () => {
  expect(after([], TWO)).toBe('unreachable')
})
