import { expect, test } from 'vitest'
import { acrToSay, wantedIn } from './wanted.ts'

const acr = (level: string) => `urn:gatehouse:acr:${level}`
const claim = (member: object | null) => ({ claims: JSON.stringify({ id_token: { acr: member } }) })

test('the first level that is asked for and reached is said, else the one that was reached', () => {
  const said = (params: object, level = '2fa') => acrToSay({ ...params }, acr(level))
  expect(said({})).toBe(acr('2fa'))
  expect(said({ acr_values: `${acr('phr')} ${acr('1fa')} ${acr('2fa')}` })).toBe(acr('1fa'))
  expect(said({ acr_values: acr('phr') })).toBe(acr('2fa'))
  expect(said({ acr_values: 'urn:other:gold' })).toBe(acr('2fa'))
  expect(said(claim({ values: [acr('1fa')] }), 'phr')).toBe(acr('1fa'))
  expect(said(claim({ essential: true, value: acr('2fa') }), 'phr')).toBe(acr('2fa'))
  expect(said(claim(null), 'phr')).toBe(acr('phr'))
})

test('of a session that says nothing, nothing is said', () => {
  expect(acrToSay({ acr_values: acr('1fa') }, undefined)).toBeUndefined()
})

test('of what is essential the least will do; of what is wished the first', () => {
  expect(wantedIn(claim({ essential: true, values: [acr('phr'), acr('2fa')] }))).toEqual({
    ...{ required: '2fa', wished: undefined },
  })
  expect(wantedIn({ acr_values: `urn:other ${acr('phr')} ${acr('2fa')}` })).toEqual({
    ...{ required: undefined, wished: 'phr' },
  })
})
