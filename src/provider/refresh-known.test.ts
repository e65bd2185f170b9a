import { hash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import type { Grant, Use } from '../../adapters/contract.ts'
import { assess } from '../security/risk/assess.ts'
import { DEFAULT_POLICY } from '../security/risk/registry.ts'
import { differencesOf, partyOf, readTrace, traceOf, withPast } from './party.ts'
import { knownOfRefresh } from './refresh-known.ts'
import type { Verdict } from './rotation.ts'

const under = { key: (kind: string, value: string) => hash('sha256', `${kind} ${value}`, 'base64url') }
const FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0'
const PHONE = 'Mozilla/5.0 (Android 15; Mobile; rv:140.0) Gecko/140.0 Firefox/140.0'
const COUNTRIES: Readonly<Record<string, string>> = {
  '130.149.7.1': 'DE',
  '133.11.0.1': 'JP',
  '129.199.1.1': 'FR',
}

const about = (address: string) => {
  const country = COUNTRIES[address]
  return { place: country === undefined ? undefined : { country }, listed: undefined }
}
const useAt = (address: string) => ({ addressOf: () => address, aboutAddress: about })
const asked = (agent: string | undefined) => ({ headers: { 'user-agent': agent } }) as never
const party = (address: string, agent: string | undefined, key?: string): string =>
  partyOf(useAt(address), under, asked(agent), key)

describe('two parties', () => {
  const one = party('192.0.2.7', FIREFOX)

  it('are the same in one network, with one kind of browser and one key', () => {
    expect(differencesOf(one, party('192.0.2.200', FIREFOX.replaceAll('140.0', '141.2.1')))).toEqual([])
    const here = party('2001:db8:1:2::1', FIREFOX)
    expect(differencesOf(here, party('2001:db8:1:ffff::1', FIREFOX))).toEqual([])
  })

  it('differ by network, by kind of browser, by key', () => {
    expect(differencesOf(one, party('192.0.3.7', FIREFOX))).toEqual(['network'])
    expect(differencesOf(one, party('192.0.2.7', 'curl/8.1'))).toEqual(['agent'])
    expect(differencesOf(one, party('192.0.2.7', undefined))).toEqual(['agent'])
    expect(differencesOf(one, party('192.0.2.7', FIREFOX, 'thumbprint'))).toEqual(['key'])
    expect(differencesOf(one, party('203.0.113.1', 'curl/8.1', 'other'))).toEqual(['key', 'agent', 'network'])
  })

  it('are not told apart where one is not known, and are by what an earlier version wrote', () => {
    expect(differencesOf(undefined, one)).toEqual([])
    expect(differencesOf(one.slice(0, 12), party('192.0.3.7', FIREFOX))).toEqual(['network'])
  })
})

describe('what a party leaves in clear', () => {
  it('is the kind of its device, and its country with those that the family was in', () => {
    const traces = ['130.149.7.1', '133.11.0.1', '192.0.2.1', '133.11.0.1', '129.199.1.1']
    let who = ''
    for (const address of traces) who = withPast(party(address, PHONE), readTrace(who))
    expect(who).toHaveLength(12 + 1 + 3 * 2)
    expect(readTrace(who)).toEqual({ agent: 'mobile', country: 'FR', countries: ['FR', 'JP', 'DE'] })
    expect(readTrace(withPast(party('192.0.2.1', FIREFOX), readTrace(who)))).toEqual({
      ...{ agent: 'desktop', country: undefined, countries: ['FR', 'JP', 'DE'] },
    })
  })

  it('is bounded however far a session travels', () => {
    const past = { countries: ['AA', 'BB', 'CC', 'DD', 'EE'] }
    expect(readTrace(withPast(party('130.149.7.1', FIREFOX), past)).countries).toEqual([
      'DE',
      'AA',
      'BB',
      'CC',
    ])
  })

  it('is said of the birth as long as there was no use, or one of an earlier version', () => {
    const birth = traceOf(useAt('130.149.7.1'), asked(FIREFOX))
    expect(birth).toBe('dDE')
    for (const who of [undefined, 'a'.repeat(12)])
      expect(readTrace(who, birth)).toEqual({ agent: 'desktop', country: 'DE', countries: ['DE'] })
    expect(readTrace()).toEqual({ agent: undefined, country: undefined, countries: [] })
  })
})

describe('what is odd about a refresh', () => {
  const HOUR = 3_600_000
  const [owner, other] = [party('192.0.2.7', FIREFOX), party('203.0.113.1', FIREFOX)]
  const grant = (
    uses: Use[],
    { run = 0, readAt = 0, born }: { run?: number; readAt?: number; born?: string } = {},
  ) =>
    ({
      ...{ readAt, run, writtenIn: run },
      family: { number: 6, uses, payload: born === undefined ? {} : { born }, endsIn: 24 * HOUR - readAt },
    }) as unknown as Grant
  const knownOf = (verdict: Verdict, of: Grant, number: number, who = owner, address = '192.0.2.7') =>
    knownOfRefresh({ verdict, grant: of, number, who, about: about(address), familyLife: 24 * HOUR })
  const rulesOf = (...[verdict, of, number, who, address]: Parameters<typeof knownOf>) =>
    assess(knownOf(verdict, of, number, who, address), DEFAULT_POLICY).spoke.map(({ rule }) => rule)
  const rules = (verdict: Verdict, uses: Use[], number: number, who = owner, run = 0) =>
    rulesOf(verdict, grant(uses, { run }), number, who)
  const used: Use[] = [
    { number: 5, at: 50, who: owner },
    { number: 4, at: 40, who: owner, repeats: 2 },
  ]

  it('is nothing as long as the party that rotated comes again', () => {
    expect(rules('rotate', used, 6, other)).toEqual([])
    expect(rules('repeat', [{ number: 5, at: 50, who: owner }], 5)).toEqual([])
    expect(rules('late', used, 4)).toEqual([])
  })

  it('is a repeat, or one that is late, by another party', () => {
    const repeated = knownOf('repeat', grant([{ number: 5, at: 50, who: owner }]), 5, other)
    expect(repeated).toMatchObject({ differs: ['network'] })
    expect(rules('repeat', [{ number: 5, at: 50, who: owner }], 5, other)).toEqual(['refresh_elsewhere'])
    expect(rules('late', used, 4, other)).toEqual(['refresh_elsewhere'])
  })

  it('is a repeat in three generations running', () => {
    expect(rules('repeat', used, 5)).toEqual(['refresh_in_step'])
    expect(
      rules(
        'repeat',
        used.map((use) => ({ ...use, repeats: 1 })),
        5,
      ),
    ).toEqual([])
  })

  it('is a store that is behind twice in one run, and a number that nobody was given', () => {
    expect(rules('behind', used, 9, owner, 60)).toEqual([])
    const before = [{ number: 5, at: 70, caughtUp: true as const }, ...used]
    expect(rules('behind', before, 9, owner, 60)).toEqual(['refresh_behind_again'])
    expect(rules('behind', before, 9, owner, 80)).toEqual([])
    expect(rules('ahead', used, 9)).toEqual(['refresh_ahead'])
  })

  it('is another kind of device than at the sign-in, or at the last use', () => {
    const phone = party('192.0.2.7', PHONE)
    expect(rulesOf('rotate', grant([], { born: 'mDE' }), 0, phone)).toEqual([])
    expect(rulesOf('rotate', grant([], { born: 'dDE' }), 0, phone)).toEqual(['changed_agent'])
    expect(rules('rotate', used, 6, phone)).toEqual(['changed_agent'])
    expect(rulesOf('rotate', grant([]), 0, phone)).toEqual([])
  })

  it('is a country that the family was not in, and one that is too far', () => {
    const [berlin, tokyo] = ['130.149.7.1', '133.11.0.1']
    const inTokyo = party(tokyo, FIREFOX)
    const at = (readAt: number, uses: Use[], born?: string) =>
      rulesOf('rotate', grant(uses, { readAt, ...(born !== undefined && { born }) }), 6, inTokyo, tokyo)
    expect(at(HOUR, [], 'dJP')).toEqual([])
    expect(at(HOUR, [], 'dDE')).toEqual(['new_country', 'impossible_travel'])
    expect(at(20 * HOUR, [], 'dDE')).toEqual(['new_country'])
    const inBerlin = withPast(party(berlin, FIREFOX), readTrace(inTokyo))
    expect(at(15 * HOUR, [{ number: 5, at: HOUR, who: inBerlin }], 'dJP')).toEqual([])
    expect(at(2 * HOUR, [{ number: 5, at: HOUR, who: inBerlin }], 'dJP')).toEqual(['impossible_travel'])
  })
})
