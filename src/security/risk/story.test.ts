/** A month of one person's sign-ins and of what the rules say of each: read it from top to bottom. */
import { describe, expect, it } from 'vitest'
import type { Place } from '../places.ts'
import { assess } from './assess.ts'
import { certainDistance } from './distance.ts'
import { DEFAULT_POLICY, RULES } from './registry.ts'
import { knownOfSignIn, type SeenDevice } from './sign-in.ts'

const GERMANY: Place = { country: 'DE' }
const FRANCE: Place = { country: 'FR' }
const JAPAN: Place = { country: 'JP' }
const BRAZIL: Place = { country: 'BR' }
const NOWHERE = undefined

/** When in March 2026 (UTC), from where, on what; what else is known; which rules speak, and what comes of it. */
type Line = [
  when: string,
  place: Place | undefined,
  device: string,
  more: { listed?: boolean; accounts?: number },
  speaks: string[],
  outcome: string,
]

const MARCH: readonly Line[] = [
  // The first sign-in of all: there is no country that this one could be other than.
  ['02 08:00', GERMANY, 'desk', {}, ['new_device'], 'notify'],
  ['02 13:00', GERMANY, 'desk', {}, [], 'allow'],
  ['03 07:30', GERMANY, 'phone', {}, ['new_device'], 'notify'],
  // From an office network that the file of places does not have.
  ['04 09:00', NOWHERE, 'desk', {}, [], 'allow'],
  // By train to Paris: the phone comes along. Next to each other there is no distance that is certain.
  ['05 11:00', FRANCE, 'phone', {}, ['new_country'], 'notify'],
  ['05 11:20', GERMANY, 'desk', {}, [], 'allow'],
  ['06 08:00', FRANCE, 'phone', {}, [], 'allow'],
  // On the day of the flight home's arrival in Tokyo, twelve hours after Paris: a new country, and an airliner's work.
  ['14 18:00', FRANCE, 'phone', {}, [], 'allow'],
  ['15 06:00', JAPAN, 'phone', {}, ['new_country'], 'notify'],
  // An hour later somebody has the password in Brazil, on a machine of their own.
  ['15 07:00', BRAZIL, 'theirs', {}, ['new_device', 'new_country', 'impossible_travel'], 'step_up'],
  // Who is there, with a list of such passwords, is not there for her alone.
  ['15 07:05', BRAZIL, 'another', { accounts: 31 }, ['new_device', 'many_accounts'], 'notify'],
  // The desk at home was at home all the time: it has not travelled with her phone.
  ['15 08:00', GERMANY, 'desk', {}, [], 'allow'],
  // Home again, and where she has been once is no new place.
  ['17 08:00', GERMANY, 'phone', {}, [], 'allow'],
  ['18 20:00', JAPAN, 'phone', {}, [], 'allow'],
  // An address that the operator has on file, on a device that was there before, and on a new one.
  ['20 10:00', GERMANY, 'desk', { listed: true }, ['listed_address'], 'step_up'],
  ['21 10:00', NOWHERE, 'lent', { listed: true }, ['new_device', 'listed_address'], 'step_up'],
  // In the office forty colleagues have signed in this hour; her own device is no new one, and the borrowed one is known.
  ['23 09:00', GERMANY, 'desk', { accounts: 40 }, [], 'allow'],
  ['23 09:10', GERMANY, 'lent', { accounts: 40 }, [], 'allow'],
]

describe('a month of Ada’s', () => {
  const devices = new Map<string, SeenDevice>()
  for (const [when, place, device, { listed = false, accounts = 0 }, speaks, outcome] of MARCH) {
    const at = Date.parse(`2026-03-${when.replace(' ', 'T')}:00Z`)
    const known = knownOfSignIn({ at, device, place, listed, accounts }, [...devices.values()])
    const before = devices.get(device)
    const countries = [...(before?.countries ?? []), ...(place === undefined ? [] : [place.country])]
    devices.set(device, { id: device, at, place: place ?? before?.place, countries })
    it(`${when} ${place?.country ?? '??'} ${device}: ${speaks.join(', ') || 'nothing'} → ${outcome}`, () => {
      const assessment = assess(known, DEFAULT_POLICY)
      expect(assessment.spoke.map(({ rule }) => rule)).toEqual(speaks)
      expect(assessment.outcome).toBe(outcome)
      for (const { rule } of assessment.spoke) expect(RULES[rule].because(known)).not.toContain('undefined')
    })
  }
})

describe('what is certainly between two places', () => {
  const berlin: Place = {
    country: 'DE',
    point: { latitude: 52.5, longitude: 13.4, radius: 50 },
  }
  const tokyo: Place = { country: 'JP', point: { latitude: 35.7, longitude: 139.7, radius: 50 } }
  const honolulu: Place = { country: 'US', point: { latitude: 21.3, longitude: -157.9, radius: 20 } }

  it('is less than the way between two cities, and less still where only countries are known', () => {
    expect(certainDistance(berlin, tokyo)).toBeGreaterThan(8_700)
    expect(certainDistance(berlin, tokyo)).toBeLessThan(8_918)
    expect(certainDistance(GERMANY, JAPAN)).toBeLessThan(certainDistance(berlin, tokyo) ?? 0)
    expect(certainDistance(GERMANY, JAPAN)).toBeGreaterThan(5_000)
  })

  it('is nothing between neighbours, within a country, and from a far part of it', () => {
    expect(certainDistance(GERMANY, FRANCE)).toBe(0)
    expect(certainDistance(berlin, GERMANY)).toBe(0)
    // Hawaii is the United States too.
    expect(certainDistance(honolulu, { country: 'US' })).toBe(0)
    // Over the line where the dates change it is no way around the world.
    expect(certainDistance({ country: 'RU' }, { country: 'US' })).toBe(0)
  })

  it('is not known of what is no country', () => {
    expect(certainDistance(GERMANY, { country: 'ZZ' })).toBeUndefined()
  })
})

describe('a session that refreshes', () => {
  const rulesOf = (known: Parameters<typeof assess>[0]) =>
    assess(known, DEFAULT_POLICY).spoke.map(({ rule }) => rule)

  it('stays on its kind of device', () => {
    expect(rulesOf({ verdict: 'rotate', agent: 'mobile', from_agent: 'mobile' })).toEqual([])
    expect(rulesOf({ verdict: 'rotate', agent: 'other', from_agent: 'mobile' })).toEqual(['changed_agent'])
    expect(rulesOf({ verdict: 'rotate', agent: 'other' })).toEqual([])
  })

  it('is not repeated by another party, nor in three generations', () => {
    expect(rulesOf({ verdict: 'repeat', differs: [], generations: 2 })).toEqual([])
    expect(rulesOf({ verdict: 'repeat', differs: ['network'] })).toEqual(['refresh_elsewhere'])
    expect(rulesOf({ verdict: 'late', differs: ['agent'] })).toEqual(['refresh_elsewhere'])
    expect(rulesOf({ verdict: 'rotate', differs: ['network'] })).toEqual([])
    expect(rulesOf({ verdict: 'repeat', differs: [], generations: 3 })).toEqual(['refresh_in_step'])
  })

  it('is not newer than its record, but once in a run of a store that forgets', () => {
    expect(rulesOf({ verdict: 'behind', behind_before: false })).toEqual([])
    expect(rulesOf({ verdict: 'behind', behind_before: true })).toEqual(['refresh_behind_again'])
    expect(rulesOf({ verdict: 'ahead' })).toEqual(['refresh_ahead'])
  })

  it('is decided by the gravest outcome of those that speak', () => {
    const policy = { ...DEFAULT_POLICY, new_country: 'deny', listed_address: 'allow' } as const
    const known = { country: 'JP', countries: ['DE'], listed: true, device_seen: false }
    expect(assess(known, policy)).toMatchObject({
      outcome: 'deny',
      spoke: [{ outcome: 'notify' }, { outcome: 'deny' }, { outcome: 'allow' }],
    })
  })
})
