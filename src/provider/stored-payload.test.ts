import { describe, expect, it } from 'vitest'
import { besideCode, withCode } from './stored-payload.ts'

const CODE = {
  acr: 'urn:gatehouse:acr:1fa',
  amr: ['pwd'],
  authTime: 1_700_000_000,
  codeChallenge: 'challenge',
  nonce: 'n',
  redirectUri: 'https://web.example/cb',
  scope: 'openid offline_access',
  sid: 's',
}

describe('a family beside its code', () => {
  it('keeps what is its own, and gets back what both have', () => {
    const { codeChallenge: _, redirectUri: __, ...both } = CODE
    const payload = { ...both, gty: 'authorization_code', jkt: 'thumbprint' }
    const own = besideCode(payload, CODE)
    expect(own).toEqual({ gty: 'authorization_code', jkt: 'thumbprint' })
    expect(withCode(own, CODE)).toEqual(payload)
  })

  it('has neither what differs nor what it lacks from the code', () => {
    const payload = { amr: ['pwd', 'otp'], scope: 'openid', sid: 's', gty: 'authorization_code' }
    expect(withCode(besideCode(payload, CODE), CODE)).toEqual(payload)
  })

  it('is whole by itself where it was stored whole', () => {
    const payload = { ...CODE, scope: 'openid', resource: 'https://orders.example' }
    expect(withCode(payload, CODE)).toEqual(payload)
  })
})
