import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { initials, safeText } from './safe-text.ts'

const segmenter = new Intl.Segmenter()

describe('safeText', () => {
  it('leaves honest names in any script as they are', () => {
    for (const name of [
      'Ledger',
      'Ångström & Söhne',
      'دفتر الأستاذ',
      '元帳',
      'हिन्दी',
      'O’Neill (Überseehandel)',
    ]) {
      expect(safeText(name, 64)).toBe(name)
    }
  })

  it('takes out signs that turn the reading order', () => {
    expect(safeText('\u202eegdeL\u202c \u2067x\u2069', 64)).toBe('egdeL x')
  })

  it('takes out what cannot be seen', () => {
    expect(safeText('Led\u200bger\u2060\ufeff\u00ad\u3164\u034f\u{e0041}', 64)).toBe('Ledger')
    expect(safeText('\u2800\u200b \u3164', 64)).toBe('')
  })

  it('keeps everything on one line', () => {
    expect(safeText('a\r\nb\u2028c\u2029d\te\u0000f\u0085g', 64)).toBe('a b c d e f g')
  })

  it('cuts by visible characters and says so', () => {
    expect(safeText('x'.repeat(64), 64)).toBe('x'.repeat(64))
    expect(safeText('x'.repeat(65), 64)).toBe(`${'x'.repeat(63)}…`)
    expect(safeText('é'.normalize('NFD').repeat(10), 4)).toBe(`${'é'.normalize('NFD').repeat(3)}…`)
  })

  it('does not let marks pile up over other lines', () => {
    const shown = safeText(`a${'\u0301'.repeat(10_000)}`, 64)
    expect(shown.length).toBe(5)
  })

  it('is bounded and free of hidden signs whatever comes', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 200 }), (units) => {
        const shown = safeText(String.fromCharCode(...units), 16)
        const hidden = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}]/u.test(shown)
        return !hidden && shown === shown.trim() && [...segmenter.segment(shown)].length <= 16
      }),
    )
  })
})

describe('initials', () => {
  it('takes the first letters of the first words', () => {
    expect(initials('mira.okafor', 2)).toBe('MO')
    expect(initials('Ledger', 1)).toBe('L')
    expect(initials('«ßharp»', 1)).toBe('S')
    expect(initials('***', 2)).toBe('')
  })
})
