/** Colours as people see them (Björn Ottosson's OKLab, in its polar form), and how well one is read on another (WCAG 2.2). */

/** sRGB, each part 0 to 255, whole. */
export type Rgb = readonly [red: number, green: number, blue: number]

export interface Oklch {
  /** 0 (black) to 1 (white). */
  lightness: number
  /** 0 (grey) to about .37. */
  chroma: number
  /** Radians. */
  hue: number
}

export const fromHex = (hex: string): Rgb => {
  const value = Number.parseInt(hex.slice(1), 16)
  return [value >> 16, (value >> 8) & 255, value & 255]
}

export const toHex = (rgb: Rgb): string =>
  `#${rgb.map((part) => part.toString(16).padStart(2, '0')).join('')}`

const toLinear = (part: number): number => {
  const c = part / 255
  return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4
}

const fromLinear = (c: number): number => 255 * (c <= 0.0031308 ? c * 12.92 : 1.055 * c ** (1 / 2.4) - 0.055)

/** WCAG 2.2, "relative luminance": 0 to 1. */
export const luminance = ([red, green, blue]: Rgb): number =>
  0.2126 * toLinear(red) + 0.7152 * toLinear(green) + 0.0722 * toLinear(blue)

/** WCAG 2.2, "contrast ratio": 1 to 21. */
export function contrast(one: Rgb, other: Rgb): number {
  const [a, b] = [luminance(one), luminance(other)]
  return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05)
}

export function toOklch(rgb: Rgb): Oklch {
  const [r, g, b] = rgb.map(toLinear) as [number, number, number]
  const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b)
  const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b)
  const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b)
  const [x, y] = [
    1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
    0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
  ]
  return {
    lightness: 0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    chroma: Math.hypot(x, y),
    hue: Math.atan2(y, x),
  }
}

/** The colour, or where a screen can't show it, the nearest of its lightness and hue that it can. */
export function fromOklch(color: Oklch): Rgb {
  let [least, most] = [0, color.chroma]
  const whole = inGamut(color)
  if (whole !== undefined) return whole
  for (let step = 0; step < 12; step++) {
    const chroma = (least + most) / 2
    if (inGamut({ ...color, chroma }) === undefined) most = chroma
    else least = chroma
  }
  return inGamut({ ...color, chroma: least }) ?? grey(color.lightness)
}

const grey = (lightness: number): Rgb => {
  const part = Math.round(Math.min(255, Math.max(0, fromLinear(lightness ** 3))))
  return [part, part, part]
}

/** What is rounded away is no difference. */
const NEARLY = 0.5

function inGamut({ lightness, chroma, hue }: Oklch): Rgb | undefined {
  const [x, y] = [chroma * Math.cos(hue), chroma * Math.sin(hue)]
  const l = (lightness + 0.3963377774 * x + 0.2158037573 * y) ** 3
  const m = (lightness - 0.1055613458 * x - 0.0638541728 * y) ** 3
  const s = (lightness - 0.0894841775 * x - 1.291485548 * y) ** 3
  const parts = [
    4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
    -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
    -0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s,
  ].map(fromLinear)
  if (!parts.every((part) => part >= -NEARLY && part <= 255 + NEARLY)) return undefined
  return parts.map((part) => Math.round(Math.min(255, Math.max(0, part)))) as unknown as Rgb
}
