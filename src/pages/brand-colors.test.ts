import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { deriveAccent, GROUNDS, type Theme } from './brand-colors.ts'
import { contrast, fromHex, fromOklch, toHex, toOklch } from './oklch.ts'

const tokens = readFileSync(new URL('../../views/assets/tokens.css', import.meta.url), 'utf8')
const [light = '', dark = ''] = tokens.split('prefers-color-scheme: dark')
/** As the style sheet has it. */
const token = (theme: Theme, name: string): string => {
  const [, hex = ''] = new RegExp(`--${name}: (#[\\da-f]+);`).exec(theme === 'light' ? light : dark) ?? []
  return hex.length === 4 ? hex.replace(/[\da-f]/g, '$&$&') : hex
}
const ratio = (one: string, other: string): number => contrast(fromHex(one), fromHex(other))

/** 18 values of each part: 5,832 colours. */
function* sweep(): Generator<string> {
  const parts = Array.from({ length: 18 }, (_, n) => n * 15)
  for (const red of parts)
    for (const green of parts) for (const blue of parts) yield toHex([red, green, blue])
}

describe.each(['light', 'dark'] as const)('the colours derived from any one, in %s', (theme) => {
  it('stand on the grounds that the pages have', () => {
    for (const [name, hex] of Object.entries(GROUNDS[theme]))
      expect([name, token(theme, name)]).toEqual([name, hex])
  })

  it('can be read, and told from what they stand on', () => {
    const { surface } = GROUNDS[theme]
    const faults: string[] = []
    for (const hex of sweep()) {
      const derived = deriveAccent(hex, theme)
      const { accent, 'on-accent': on, 'accent-soft': soft, 'accent-text': text } = derived
      const least: [string, number, number][] = [
        ['on-accent on accent', ratio(on, accent), 4.58],
        ['on-accent on hover', ratio(on, derived['accent-hover']), ratio(on, accent)],
        ['edge on surface', ratio(derived['accent-edge'], surface), 3],
        ['text on soft', ratio(token(theme, 'text'), soft), 7],
        ['muted on soft', ratio(token(theme, 'muted'), soft), 4.5],
        ...[...Object.values(GROUNDS[theme]), soft].map((ground): [string, number, number] => [
          `accent-text on ${ground}`,
          ratio(text, ground),
          4.5,
        ]),
      ]
      for (const [what, has, needs] of least) if (has < needs - 0.001) faults.push(`${hex} ${what} ${has}`)
    }
    expect(faults).toEqual([])
  })

  it('keep the colour where it can be read, and its hue where not', () => {
    const strong = theme === 'light' ? '#7a1f3d' : '#f2b8c6'
    expect(deriveAccent(strong, theme)).toMatchObject({ accent: strong, 'accent-edge': strong })
    expect(ratio(deriveAccent(strong, theme)['accent-text'], strong)).toBeLessThan(1.05)
    const weak = theme === 'light' ? '#ffb81c' : '#0b2a4a'
    const derived = deriveAccent(weak, theme)
    expect(derived['accent-edge']).toBe(derived['accent-text'])
    const [given, found] = [toOklch(fromHex(weak)).hue, toOklch(fromHex(derived['accent-text'])).hue]
    expect(Math.abs(given - found)).toBeLessThan(0.1)
  })
})

describe('OKLCH', () => {
  it('is what CSS makes of it', () => {
    // CSS Color 4: red is oklch(0.628 0.2577 29.23deg).
    const red = toOklch([255, 0, 0])
    expect([red.lightness, red.chroma, (red.hue * 180) / Math.PI].map((part) => part.toFixed(2))).toEqual([
      '0.63',
      '0.26',
      '29.23',
    ])
  })

  it('leads back to the same colour, and beyond the screen to the nearest that it can show', () => {
    for (const hex of ['#000000', '#ffffff', '#07576e', '#ff0000', '#00ff00', '#0000ff', '#ffb81c'])
      expect(toHex(fromOklch(toOklch(fromHex(hex))))).toBe(hex)
    const found = toOklch(fromOklch({ lightness: 0.5, chroma: 0.4, hue: 2 }))
    expect(found.lightness).toBeCloseTo(0.5, 1)
    expect(found.hue).toBeCloseTo(2, 1)
  })
})
