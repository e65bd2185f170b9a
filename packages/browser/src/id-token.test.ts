import { describe, expect, it } from 'vitest'
import { type Expected, readIdToken } from './id-token.ts'

const NOW = 1_700_000_000
const EXPECTED: Expected = { issuer: 'https://id.example', clientId: 'app', nonce: 'n', maxAge: 300 }
const GOOD = {
  iss: 'https://id.example',
  sub: 'ada',
  aud: 'app',
  nonce: 'n',
  iat: NOW,
  exp: NOW + 900,
  auth_time: NOW - 100,
}

const tokenOf = (claims: object): string =>
  `e30.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.signature`
const read = (claims: object, expected: Expected = EXPECTED) => readIdToken(tokenOf(claims), expected, NOW)

describe('an id token', () => {
  it('that is for this sign-in is taken, whatever signs its claims have', () => {
    const claims = { ...GOOD, name: 'Ada Łovelace ☂' }
    expect(read(claims)).toEqual(claims)
    expect(read({ ...GOOD, aud: ['app'] })).toMatchObject({ sub: 'ada' })
  })

  it.each<[string, object]>([
    ['of another issuer', { iss: 'https://evil.example' }],
    ['for nobody', { sub: undefined }],
    ['for another client', { aud: 'other' }],
    ['for another client too', { aud: ['app', 'other'] }],
    ['of another request', { nonce: 'm' }],
    ['of no request', { nonce: undefined }],
    ['that is over', { exp: NOW - 61 }],
    ['without an end', { exp: undefined }],
    ['of tomorrow', { iat: NOW + 61 }],
    ['without a beginning', { iat: undefined }],
    ['of a sign-in of long ago', { auth_time: NOW - 361 }],
    ['of a sign-in of no known time', { auth_time: undefined }],
  ])('%s is refused', (_, change) => {
    expect(() => read({ ...GOOD, ...change })).toThrow(expect.objectContaining({ code: 'invalid_id_token' }))
  })

  it('at a refresh is of the same person, and has no nonce', () => {
    const { nonce: _, ...later } = GOOD
    const expected = { issuer: EXPECTED.issuer, clientId: 'app' }
    expect(read(later, { ...expected, sub: 'ada' })).toEqual(later)
    expect(() => read(later, { ...expected, sub: 'eve' })).toThrow()
  })

  it.each([undefined, '', 'x', 'a.b.c', 'e30.e30', 7])('that is %j is refused', (token) => {
    expect(() => readIdToken(token, EXPECTED, NOW)).toThrow(
      expect.objectContaining({ code: 'invalid_id_token' }),
    )
  })
})
