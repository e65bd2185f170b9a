import { expect, it } from 'vitest'
import type { Account } from '../../accounts/account.ts'
import type { AddNumber } from '../../methods/sms-code/add-number.ts'
import { createPhonePage, type PhoneUse } from './phone.ts'

const account = { id: 'a1' } as Account
const credential = { id: 'c1', method: 'sms-code', data: { sealed: '', ends: '47' } }

it.each([
  ['somebody takes text messages and policy has them', true, true, [], true],
  ['nobody takes text messages', false, true, [], false],
  ['policy does not have them', true, false, [], false],
  ['nobody takes any, but there is a number to take away', false, true, ['sms-code'], true],
  ['nobody takes any, and what there is is no number', false, true, ['totp', 'password'], false],
] as const)('is there or not, where %s', async (_where, taken, allowed, methods, there) => {
  const use = {
    addNumber: taken ? ({} as AddNumber) : undefined,
    mayUseSms: async () => allowed,
    credentialsOf: async () => methods.map((method) => ({ ...credential, method })),
  } as unknown as PhoneUse
  expect(await createPhonePage(use).isThere?.(account)).toBe(there)
})
