/**
 * An operator gives one colour; the rest is derived, so that whatever they give, all that is written on it or in it can be
 * read (WCAG 2.2, 1.4.3 and 1.4.11). The colours of state, of focus and of the host's name are not theirs.
 */
import { contrast, fromHex, fromOklch, luminance, type Oklch, type Rgb, toHex, toOklch } from './oklch.ts'

/** Tokens of `tokens.css`, as hex. */
export interface AccentColors {
  accent: string
  'accent-hover': string
  'accent-text': string
  'accent-soft': string
  'on-accent': string
  /** Border of the filled button, which may be hard to tell from the surface otherwise. */
  'accent-edge': string
}

export type Theme = 'light' | 'dark'

/** What the accent stands on: as in `tokens.css`, which a test compares. */
export const GROUNDS: Record<Theme, { bg: string; surface: string; shade: string }> = {
  light: { bg: '#f5f4f1', surface: '#ffffff', shade: '#f0efeb' },
  dark: { bg: '#0d1114', surface: '#15191d', shade: '#1d2226' },
}

/** `accent-soft`, in which the hue is still felt. */
const SOFT: Record<Theme, { lightness: number; most: number }> = {
  light: { lightness: 0.95, most: 0.03 },
  dark: { lightness: 0.275, most: 0.035 },
}

const BLACK: Rgb = [0, 0, 0]
const WHITE: Rgb = [255, 255, 255]

export function deriveAccent(hex: string, theme: Theme): AccentColors {
  const accent = fromHex(hex)
  const seen = toOklch(accent)
  const onAccent = writtenOn(accent)
  const soft = softOf(seen, theme)
  const text = readableOn([...Object.values(GROUNDS[theme]).map(fromHex), soft], seen, theme)
  const isSeen = contrast(accent, fromHex(GROUNDS[theme].surface)) >= 3
  return {
    accent: toHex(accent),
    'accent-hover': toHex(awayFrom(onAccent, seen)),
    'accent-text': toHex(text),
    'accent-soft': toHex(soft),
    'on-accent': toHex(onAccent),
    'accent-edge': toHex(isSeen ? accent : text),
  }
}

/** The better of the two: never under 4.58. A near-black would break that. */
const writtenOn = (ground: Rgb): Rgb => {
  const l = luminance(ground)
  return 1.05 / (l + 0.05) >= (l + 0.05) / 0.05 ? WHITE : BLACK
}

/** Six points of lightness away from what is written on it, so that contrast only grows. */
const awayFrom = (written: Rgb, seen: Oklch): Rgb => {
  const lightness = seen.lightness + (written === WHITE ? -0.06 : 0.06)
  return fromOklch({ ...seen, lightness: Math.min(1, Math.max(0, lightness)) })
}

const softOf = (seen: Oklch, theme: Theme): Rgb => {
  const { lightness, most } = SOFT[theme]
  return fromOklch({ ...seen, lightness, chroma: Math.min(seen.chroma, most) })
}

/** The colour itself, or the nearest one, darker in light and lighter in dark, that can be read on each ground. */
function readableOn(grounds: readonly Rgb[], seen: Oklch, theme: Theme): Rgb {
  const step = theme === 'light' ? -0.01 : 0.01
  for (let { lightness } = seen; lightness >= 0 && lightness <= 1; lightness += step) {
    const text = fromOklch({ ...seen, lightness })
    if (grounds.every((ground) => contrast(text, ground) >= 4.5)) return text
  }
  return theme === 'light' ? BLACK : WHITE
}
