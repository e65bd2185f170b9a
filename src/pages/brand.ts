/**
 * Whose pages these are, as people see it: name, picture, colour, links. One value that the frame of pages and mails is
 * drawn with, so that another one can take its place for some of them.
 */
import type { AssetSource } from './assets.ts'
import { type AccentColors, deriveAccent, type Theme } from './brand-colors.ts'
import { readLogo } from './brand-logo.ts'

export interface BrandSettings {
  readonly name: string
  /** Path of a picture. */
  readonly logo?: string
  /** The picture has the name in it. */
  readonly logoAlone: boolean
  /** `#rrggbb`. */
  readonly color?: string
  readonly links: { readonly privacy?: string; readonly terms?: string; readonly help?: string }
  readonly doorway: boolean
  readonly gatehouse: boolean
}

export interface Brand {
  name: string
  /** Its name among the assets, and its media type. */
  logo: { asset: string; type: string } | undefined
  logoAlone: boolean
  /** Stands where there is no picture; undefined for our own mark. */
  initial: string | undefined
  links: { word: 'layout.privacy' | 'layout.terms' | 'layout.help'; href: string }[]
  /** Whether the foot of the card says what it is made with. */
  gatehouse: boolean
  /** Name of the derived style sheet among the assets. */
  sheet: string | undefined
  /** For mails, which have no style sheet. Undefined: our own. */
  colors: Record<Theme, AccentColors> | undefined
  assets: AssetSource[]
}

const OWN_NAME = 'Gatehouse'

export const OWN_BRAND: BrandSettings = {
  ...{ name: OWN_NAME, logoAlone: false, links: {}, doorway: true, gatehouse: true },
}

/** Reads the picture; throws where there is none that pages can show. */
export function createBrand(settings: BrandSettings): Brand {
  const { name, logo, color, links } = settings
  const picture = logo === undefined ? undefined : readLogo(logo)
  const colors = color === undefined ? undefined : derive(color)
  const sheet = styleSheet(colors, settings.doorway)
  return {
    name,
    logo: picture && { asset: picture.name, type: picture.type },
    logoAlone: settings.logoAlone && picture !== undefined,
    initial: picture || name === OWN_NAME ? undefined : [...name][0],
    links: [
      ...(links.privacy === undefined ? [] : [{ word: 'layout.privacy' as const, href: links.privacy }]),
      ...(links.terms === undefined ? [] : [{ word: 'layout.terms' as const, href: links.terms }]),
      ...(links.help === undefined ? [] : [{ word: 'layout.help' as const, href: links.help }]),
    ],
    gatehouse: settings.gatehouse && name !== OWN_NAME,
    sheet: sheet === '' ? undefined : SHEET,
    colors,
    assets: [
      ...(picture ? [{ name: picture.name, body: picture.body }] : []),
      ...(sheet === '' ? [] : [{ name: SHEET, body: Buffer.from(sheet) }]),
    ],
  }
}

const derive = (color: string): Record<Theme, AccentColors> => ({
  light: deriveAccent(color, 'light'),
  dark: deriveAccent(color, 'dark'),
})

const SHEET = 'brand.css'

/** Empty where nothing differs. */
function styleSheet(colors: Record<Theme, AccentColors> | undefined, doorway: boolean): string {
  const tokens = (theme: Theme): string =>
    Object.entries(colors?.[theme] ?? {})
      .map(([name, hex]) => `--${name}:${hex};`)
      .join('')
  const inColor = `:root{${tokens('light')}}@media screen and (prefers-color-scheme: dark){:root{${tokens('dark')}}}`
  return `${colors ? inColor : ''}${doorway ? '' : 'main:not(.broad)::before{display:none}'}`
}
