import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ODD_JSON } from '../spec/fixtures.ts'
import { expand, PHRASES, shorten } from './phrases.ts'

/** As people and clients may make them: of phrases, halves of phrases, and all that JSON has to escape. */
const pieces = PHRASES.flatMap((phrase) => [
  phrase,
  phrase.slice(0, -1),
  phrase.slice(1),
  JSON.stringify(phrase),
])
const text = fc
  .array(fc.oneof(fc.constantFrom(...pieces), fc.string({ unit: 'binary' })), { maxLength: 8 })
  .map((parts) => parts.join(''))
const value = fc.letrec((tie) => ({
  any: fc.oneof(
    { depthSize: 'small' },
    text,
    fc.jsonValue(),
    fc.array(tie('any')),
    fc.dictionary(text, tie('any')),
  ),
})).any

describe('the phrases of a grant', () => {
  it('give back whatever JSON they shortened, in lines of its own', () => {
    const property = fc.property(value, value, (one, two) => {
      const [first, second] = [JSON.stringify(one), JSON.stringify(two)]
      const short = shorten(first)
      expect(short).not.toContain('\n')
      expect(short.length).toBeLessThanOrEqual(first.length)
      expect(expand(`${short}\n${shorten(second)}`)).toBe(`${first}\n${second}`)
      expect(expand(first)).toBe(first)
    })
    fc.assert(property, { numRuns: 500 })
    const odd = JSON.stringify(ODD_JSON)
    expect(expand(shorten(odd))).toBe(odd)
  })

  it('are as many as there are signs, and each becomes one', () => {
    expect(new Set(PHRASES).size).toBe(PHRASES.length)
    expect(PHRASES.length).toBeLessThanOrEqual(30)
    const signs = PHRASES.map(shorten)
    expect(signs.join('')).toMatch(/^\p{Cc}+$/u)
    expect(new Set(signs).size).toBe(PHRASES.length)
    expect(signs.every((sign) => sign.length === 1 && sign < ' ' && sign !== '\n')).toBe(true)
  })
})
