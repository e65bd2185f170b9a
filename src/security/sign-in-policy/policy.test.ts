import { expect, test } from 'vitest'
import { alsoAsking, DEFAULT_SIGN_IN, readSignInSettings, signInPolicyWith } from './policy.ts'

const HOUR = 60 * 60 * 1000

test('what the server says stands in the place of the defaults', () => {
  expect(signInPolicyWith()).toEqual(DEFAULT_SIGN_IN)
  expect(signInPolicyWith({ risky: '1fa', remember_device: 90 * 24 * 3600, max_sessions: 3 })).toEqual({
    ...{ ...DEFAULT_SIGN_IN, risky: '1fa', rememberDevice: 90 * 24 * HOUR, maxSessions: 3 },
  })
})

test('a client asks for more, and never for less', () => {
  const server = signInPolicyWith({
    ...{ level: '2fa', methods: ['password', 'totp'], session_length: 12 * 3600, remember_device: 7200 },
    ...{ new_device: '2fa', risky: 'phr', max_sessions: 3 },
  })
  const weaker = alsoAsking(server, {
    ...{ level: '1fa', methods: ['password', 'totp', 'sms-code'], session_length: 99 * 3600 },
    ...{ remember_device: 99 * 3600, new_device: '1fa', risky: '1fa', max_sessions: 9 },
  } as const)
  expect(weaker).toEqual(server)
  const stricter = alsoAsking(server, {
    ...{ level: 'phr', methods: ['passkey', 'password'], session_length: 3600, remember_device: 0 },
    ...{ new_device: 'phr', max_sessions: 1 },
  } as const)
  expect(stricter).toEqual({
    ...{ level: 'phr', methods: ['password'], sessionLength: HOUR, rememberDevice: 0 },
    ...{ newDevice: 'phr', risky: 'phr', maxSessions: 1 },
  })
  expect(alsoAsking(server)).toEqual(server)
})

test('what another version wrote is left out', () => {
  const stored = {
    level: '9fa',
    methods: ['totp', 'dance'],
    session_length: '1h',
    risky: '2fa',
    colour: 'red',
  }
  expect(readSignInSettings(stored)).toEqual({ methods: ['totp'], risky: '2fa' })
})
