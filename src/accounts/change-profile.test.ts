import { expect, it } from 'vitest'
import { faultyClaims, OWN_CLAIMS, type OwnClaims } from './change-profile.ts'

const nothing = Object.fromEntries(OWN_CLAIMS.map((claim) => [claim, ''])) as OwnClaims
const faults = (claims: Partial<OwnClaims>) => faultyClaims({ ...nothing, ...claims })

it('what is not said is no fault', () => {
  expect(faults({})).toEqual([])
})

it.each<Partial<OwnClaims>>([
  {
    name: 'ᚠᚢᚦ Ó Briain',
    given_name: '子',
    website: 'https://example.com/~me',
    locale: 'zh-Hant-TW',
    zoneinfo: 'UTC',
  },
  { locale: 'de', zoneinfo: 'America/Argentina/Buenos_Aires', website: 'http://example.com' },
])('%j is what it is said to be', (claims) => {
  expect(faults(claims)).toEqual([])
})

it.each<[Partial<OwnClaims>, string]>([
  [{ name: 'x'.repeat(201) }, 'name'],
  [{ nickname: 'two\nlines' }, 'nickname'],
  [{ website: 'javascript:alert(1)' }, 'website'],
  [{ website: 'example.com' }, 'website'],
  [{ website: `https://example.com/${'x'.repeat(1000)}` }, 'website'],
  [{ locale: 'english please' }, 'locale'],
  [{ locale: 'en_GB' }, 'locale'],
  [{ zoneinfo: 'here' }, 'zoneinfo'],
  [{ zoneinfo: '+01:00' }, 'zoneinfo'],
])('%j is not', (claims, claim) => {
  expect(faults(claims)).toEqual([claim])
})
