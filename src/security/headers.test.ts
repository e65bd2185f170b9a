import { describe, expect, it } from 'vitest'
import { securityHeaders } from './headers.ts'

describe('the security headers', () => {
  it('stand on every answer', () => {
    expect(securityHeaders({ https: true })).toMatchObject({
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'referrer-policy': 'same-origin',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
      'permissions-policy': expect.stringContaining('publickey-credentials-get=(self)'),
    })
  })

  it('bind browsers to https only where there is https', () => {
    expect(securityHeaders({ https: true })).toHaveProperty('strict-transport-security')
    expect(securityHeaders({ https: false })).not.toHaveProperty('strict-transport-security')
  })

  it('are the caller’s to change', () => {
    securityHeaders({ https: false })['x-frame-options'] = 'ALLOW'
    expect(securityHeaders({ https: false })['x-frame-options']).toBe('DENY')
  })
})
