/**
 * Pictures of every page and mail in every state, to look through: `npm run screenshots -- FOLDER [PATTERN]`. Each is taken
 * on a desk in light and in dark, on a phone, and in Arabic; PATTERN picks states by their ids.
 */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { BrowserContextOptions } from 'playwright-core'
import { gallery } from '../../src/pages/gallery.ts'
import { mailGallery } from '../../src/pages/mail-gallery.ts'
import { startBrowser } from './browser.ts'
import { type GalleryServer, startGalleryServer } from './gallery-server.ts'

const DESK = { viewport: { width: 1280, height: 800 } }
const PHONE = { viewport: { width: 390, height: 760 }, deviceScaleFactor: 2 }

const KINDS: Record<string, BrowserContextOptions & { locale: string }> = {
  light: { ...DESK, colorScheme: 'light', locale: 'en' },
  dark: { ...DESK, colorScheme: 'dark', locale: 'en' },
  phone: { ...PHONE, colorScheme: 'light', locale: 'de' },
  arabic: { ...DESK, colorScheme: 'light', locale: 'ar' },
}

const [folder, pattern = ''] = process.argv.slice(2)
if (folder === undefined || folder.startsWith('-')) throw new Error('npm run screenshots -- FOLDER [PATTERN]')
mkdirSync(folder, { recursive: true })

const served = await startGalleryServer()
const browser = await startBrowser()
try {
  await Promise.all(Object.keys(KINDS).map((kind) => take(kind, served, folder)))
} finally {
  await browser.close()
  served.stop()
}

async function take(kind: string, { base, assets }: GalleryServer, into: string): Promise<void> {
  const { locale = 'en', ...options } = KINDS[kind] ?? {}
  const context = await browser.newContext(options)
  const page = await context.newPage()
  // What sends itself stays where it is.
  await page.route(base + assets.href('form-post.js'), (route) =>
    route.fulfill({ contentType: 'text/javascript', body: '' }),
  )
  const places = [
    ...gallery.map(({ id }) => ({ id, place: `gallery/${id}` })),
    ...mailGallery.map(({ id }) => ({ id: `mail-${id}`, place: `mail/${id}` })),
  ]
  for (const { id, place } of places.filter((one) => new RegExp(pattern).test(one.id))) {
    await page.goto(`${base}/${place}?ui_locales=${locale}`)
    await page.screenshot({ path: join(into, `${id}.${kind}.png`), fullPage: true })
  }
  await context.close()
}
