import { describe, expect, it } from 'vitest'
import type { Account } from './account.ts'
import { claimsOf } from './claims.ts'

const ada: Account = {
  id: '01890a5d-ac96-774b-bcce-b302099a8057',
  sub: 'Zm9vYmFyYmF6cXV4MTIzNA',
  email: 'ada@example.com',
  emailVerified: true,
  name: 'Ada Lovelace',
  profile: {},
  serverRoles: [],
  disabled: false,
  epoch: 0,
  ends: 0,
  managedBy: undefined,
  createdAt: 1_700_000_000_000,
  updatedAt: 1_700_000_001_999,
  lastSignInAt: undefined,
}

describe('the claims of an account', () => {
  it('are these when nothing more is known, and never its row’s id', () => {
    expect(claimsOf(ada)).toEqual({
      sub: 'Zm9vYmFyYmF6cXV4MTIzNA',
      name: 'Ada Lovelace',
      email: 'ada@example.com',
      email_verified: true,
      updated_at: 1_700_000_001,
      groups: [],
    })
  })

  it('bring the standard claims of the profile and the roles as groups', () => {
    const profile = {
      given_name: 'Ada',
      birthdate: '1815-12-10',
      phone_number_verified: false,
      address: { country: 'GB' },
    }
    expect(claimsOf({ ...ada, profile, serverRoles: ['admin'] })).toMatchObject({
      ...profile,
      groups: ['admin'],
    })
  })

  it('leave out what has no value', () => {
    const claims = claimsOf({ ...ada, name: undefined, profile: { given_name: '', family_name: null } })
    expect(Object.keys(claims)).toEqual(['sub', 'email', 'email_verified', 'updated_at', 'groups'])
  })

  it('take from the profile nothing that it must not decide', () => {
    const profile = {
      sub: 'x',
      email: 'x',
      email_verified: false,
      groups: ['admin'],
      amr: ['mfa'],
      updated_at: 0,
    }
    expect(claimsOf({ ...ada, profile })).toEqual(claimsOf(ada))
  })
})
