import { expect, test } from 'vitest'
import type { Person } from '../accounts/person.ts'
import type { Factor, Method, MethodId } from '../methods/method.ts'
import { stepUpAfter } from './step-up.ts'

const PERSON = { account: {}, credentials: [] } as unknown as Person
const FACTORS: Partial<Record<MethodId, Factor>> = {
  ...{ password: 'knowledge', totp: 'possession', 'recovery-codes': 'possession', 'email-code': 'mailbox' },
}
const factorsOf = (id: MethodId): Factor[] => [FACTORS[id] ?? 'knowledge']

/** What somebody who has these methods is asked for, after those. */
function asked(ready: MethodId[], proven: MethodId[]) {
  const methods = (Object.keys(FACTORS) as MethodId[]).map((id) => {
    const method: Partial<Method> = { id, factors: factorsOf(id), ready: () => ready.includes(id) }
    return [id, method as Method] as const
  })
  const proofs = proven.map((method) => ({
    ...{ method, factors: factorsOf(method), amr: [], phishingResistant: false, at: 0 },
  }))
  const step = stepUpAfter(proofs, PERSON, new Map(methods))
  return step.kind === 'more' ? step.methods.map(({ id }) => id) : step.kind
}

test('whoever has a second factor proves one of them', () => {
  const all: MethodId[] = ['password', 'totp', 'recovery-codes', 'email-code']
  expect(asked(all, [])).toEqual(['totp', 'recovery-codes'])
  expect(asked(all, ['totp'])).toBe('done')
  // A password and a mailbox are no way around it.
  expect(asked(all, ['password', 'email-code'])).toEqual(['totp', 'recovery-codes'])
})

test('whoever has none proves what they sign in with, and their mailbox; by itself that is not enough', () => {
  expect(asked(['password', 'email-code'], [])).toEqual(['password'])
  expect(asked(['password', 'email-code'], ['email-code'])).toEqual(['password'])
  expect(asked(['password', 'email-code'], ['password'])).toEqual(['email-code'])
  expect(asked(['password', 'email-code'], ['password', 'email-code'])).toBe('done')
  expect(asked(['password'], ['password'])).toBe('done')
  expect(asked(['email-code'], [])).toBe('unreachable')
})
