import { hash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import type { Grant, Use } from '../../adapters/contract.ts'
import { findingsIn } from './findings.ts'
import { differencesOf, partyOf } from './party.ts'
import type { Verdict } from './rotation.ts'

const under = { key: (kind: string, value: string) => hash('sha256', `${kind} ${value}`, 'base64url') }
const FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0'

const party = (address: string, agent: string | undefined, key?: string): string =>
  partyOf({ addressOf: () => address }, under, { headers: { 'user-agent': agent } } as never, key)

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

  it('are not told apart where one is not known', () => {
    expect(differencesOf(undefined, one)).toEqual([])
  })
})

describe('what is odd about a refresh', () => {
  const [owner, other] = [party('192.0.2.7', FIREFOX), party('203.0.113.1', FIREFOX)]
  const grant = (uses: Use[], run = 0): Grant =>
    ({ readAt: 0, run, writtenIn: run, family: { number: 6, uses } }) as unknown as Grant
  const rules = (verdict: Verdict, uses: Use[], number: number, who = owner, run = 0) =>
    findingsIn(verdict, grant(uses, run), number, who).map(({ rule }) => rule)
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
    expect(findingsIn('repeat', grant([{ number: 5, at: 50, who: owner }]), 5, other)).toEqual([
      { rule: 'refresh_elsewhere', differs: ['network'] },
    ])
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
})
