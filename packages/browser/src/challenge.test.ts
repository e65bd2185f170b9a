import { expect, it } from 'vitest'
import { readChallenge } from './challenge.ts'

it.each<[string | null, object]>([
  [null, { error: undefined, stepUp: false }],
  ['Bearer', { error: undefined, stepUp: false }],
  ['DPoP realm="x", error="invalid_token", algs="ES256"', { error: 'invalid_token', stepUp: false }],
  [
    'DPoP error="insufficient_user_authentication", acr_values="urn:a urn:b", max_age=5',
    { error: 'insufficient_user_authentication', stepUp: { acrValues: 'urn:a urn:b', maxAge: 5 } },
  ],
  [
    'Bearer max_age="0", error="insufficient_user_authentication"',
    { error: 'insufficient_user_authentication', stepUp: { acrValues: undefined, maxAge: 0 } },
  ],
])('%s', (header, challenge) => {
  expect(readChallenge(header)).toEqual(challenge)
})
