import { describe, expect, it } from 'vitest'
import type { Credential } from '../../accounts/person.ts'
import { MOST_PASSKEYS } from '../../methods/passkey/passkey.ts'
import type { Level } from '../../security/sign-in-policy/levels.ts'
import { METHODS, type MethodId } from '../../telemetry/metric-labels.ts'
import { FRESH_FOR } from './fresh.ts'
import { mayKeepPasskey, mayOfferPasskey } from './offer-passkey.ts'
import type { Visit } from './page.ts'

const NOW = 1_800_000_000_000
const passkey: Credential = {
  ...{ id: '1', method: 'passkey', data: {}, label: undefined, createdAt: 0, lastUsedAt: undefined },
}

interface Case {
  amr?: string[]
  acr?: string
  /** Seconds since the sign-in. */
  age?: number
  methods?: readonly MethodId[]
  passkeys?: number
  level?: Level
  notNow?: boolean
}

function opened({ amr = ['pwd'], acr = '1fa', age = 0, passkeys = 0, ...given }: Case) {
  const use = {
    credentialsOf: async () => Array<Credential>(passkeys).fill(passkey),
    findSignInPolicy: async () => ({ methods: given.methods ?? METHODS }),
    levelOf: async () => given.level ?? '1fa',
    notNow: { was: () => given.notNow ?? false, note: () => {} },
    clock: { now: () => NOW },
  }
  const session = { id: 's', sub: 'ada', authTime: NOW / 1000 - age, acr: `urn:gatehouse:acr:${acr}`, amr }
  const visit = { account: { id: 'a' }, session, ctx: { headers: {} } } as unknown as Visit
  return { use, visit }
}

const WITHOUT = METHODS.filter((method) => method !== 'passkey')

describe('a browser is asked to keep a passkey', () => {
  it.each<[string, boolean, Case]>([
    ['right after a password', true, {}],
    ['after a password and a second factor', true, { amr: ['pwd', 'otp', 'mfa'], acr: '2fa', level: '2fa' }],
    ['while there is room for one more', true, { passkeys: MOST_PASSKEYS - 1 }],
    ['not once there is none', false, { passkeys: MOST_PASSKEYS }],
    ['not by who left a second factor out', false, { level: '2fa' }],
    ['not later', false, { age: FRESH_FOR + 1 }],
    ['not after a code by mail', false, { amr: ['email'] }],
    ['not after a passkey', false, { amr: ['pwd', 'hwk', 'user', 'mfa'], acr: 'phr', level: '2fa' }],
    ['not where policy takes none', false, { methods: WITHOUT }],
  ])('%s', async (_, expected, given) => {
    const { use, visit } = opened(given)
    expect(await mayKeepPasskey(use, visit)).toBe(expected)
  })
})

describe('a person is asked whether they want one', () => {
  it.each<[string, boolean, Case]>([
    ['where they have none', true, { age: 10_000, amr: ['email'] }],
    ['not where they have one', false, { passkeys: 1 }],
    ['not after “not now”', false, { notNow: true }],
    ['not where policy takes none', false, { methods: WITHOUT }],
  ])('%s', async (_, expected, given) => {
    const { use, visit } = opened(given)
    expect(await mayOfferPasskey(use, visit)).toBe(expected)
  })
})
