import { describe, expect, it } from 'vitest'
import { refuseForeignOrigin } from './origin.ts'

const OWN = 'https://id.example'
const navigation = { 'sec-fetch-mode': 'navigate' }

describe('a request that changes something', () => {
  it.each([
    ['from our own page', { 'sec-fetch-site': 'same-origin', origin: OWN }],
    ['from our own page that hides its referrer', { 'sec-fetch-site': 'same-origin', origin: 'null' }],
    ['from our own page, without Origin', { 'sec-fetch-site': 'same-origin' }],
    ['that the person made by reloading', { 'sec-fetch-site': 'none', ...navigation }],
    ['from our own page in a browser without Fetch Metadata', { origin: OWN }],
  ])('passes %s', (_, headers) => {
    expect(refuseForeignOrigin(headers, OWN)).toBeUndefined()
  })

  it.each([
    ['from another site', { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' }, 'cross_site'],
    ['from another site, with our Origin', { 'sec-fetch-site': 'cross-site', origin: OWN }, 'cross_site'],
    ['from a sibling host', { 'sec-fetch-site': 'same-site', origin: 'https://www.example' }, 'cross_site'],
    ['from a sandboxed frame', { 'sec-fetch-site': 'cross-site', origin: 'null' }, 'cross_site'],
    ['with an unknown Sec-Fetch-Site', { 'sec-fetch-site': 'same-origin, same-origin' }, 'cross_site'],
    ['by a script out of nowhere', { 'sec-fetch-site': 'none', 'sec-fetch-mode': 'cors' }, 'cross_site'],
    [
      'from an opaque origin, reloaded',
      { 'sec-fetch-site': 'none', ...navigation, origin: 'null' },
      'opaque_origin',
    ],
    ['from an opaque origin', { origin: 'null' }, 'opaque_origin'],
    [
      'from a name rebound to us',
      { 'sec-fetch-site': 'same-origin', origin: 'https://evil.example' },
      'foreign_origin',
    ],
    ['over http', { origin: 'http://id.example' }, 'foreign_origin'],
    ['from another port', { origin: 'https://id.example:8443' }, 'foreign_origin'],
    ['from a longer name', { origin: 'https://id.example.evil.example' }, 'foreign_origin'],
    ['with two Origins', { origin: `${OWN}, ${OWN}` }, 'foreign_origin'],
    ['without either header', {}, 'no_origin'],
  ])('A-132 A-134 is refused %s', (_, headers, reason) => {
    expect(refuseForeignOrigin(headers, OWN)).toBe(reason)
  })

  it('passes without either header only where programs may ask, and then still not from another site', () => {
    expect(refuseForeignOrigin({}, OWN, { nonBrowser: true })).toBeUndefined()
    expect(refuseForeignOrigin({ origin: 'https://evil.example' }, OWN, { nonBrowser: true })).toBe(
      'foreign_origin',
    )
    expect(refuseForeignOrigin({ 'sec-fetch-site': 'cross-site' }, OWN, { nonBrowser: true })).toBe(
      'cross_site',
    )
  })
})
