/**
 * Every page in every state, in a real browser: what axe-core, the policy, the keyboard and small windows make of it. Each
 * kind of page is opened as people open it. That words of other lengths and of the other direction fit is then measured
 * without opening each state again: its body takes the place of the last one's.
 */
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type GalleryState, gallery } from '../../src/pages/gallery.ts'
import { startBrowser } from '../support/browser.ts'
import { type GalleryServer, startGalleryServer } from '../support/gallery-server.ts'

const TIMEOUT = 180_000

let browser: Browser
let served: GalleryServer

beforeAll(async () => {
  served = await startGalleryServer()
  browser = await startBrowser()
})
afterAll(async () => {
  await browser.close()
  served.stop()
})

/** One state of each shape: what differs in words alone looks the same to all that is asked here. */
function shapes(): GalleryState[] {
  const found = new Map<string, GalleryState>()
  for (const state of gallery) {
    const html = state.render(served.pages, 'en')
    const shape = html.replace(/>[^<]+</g, '>.<').replace(/ (?:value|href|action|datetime)="[^"]*"/g, '')
    if (!found.has(shape)) found.set(shape, state)
  }
  return [...found.values()]
}

/** All that axe-core knows in light; in the other schemes, where only colours differ, what it knows of those. */
const ALL = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']
const SCHEMES = [
  { name: 'light', media: { colorScheme: 'light', forcedColors: 'none' }, runOnly: ALL },
  { name: 'dark', media: { colorScheme: 'dark', forcedColors: 'none' }, runOnly: ['color-contrast'] },
  { name: 'forced colours', media: { forcedColors: 'active' }, runOnly: ['color-contrast'] },
] as const

/** In the page. Gives what axe-core objects to. */
const violations = (runOnly: readonly string[]): string => `axe
  .run(document, ${JSON.stringify({ resultTypes: ['violations'], runOnly })})
  .then(({ violations }) => violations.map(({ id, nodes }) => id + ': ' + nodes.map(({ html }) => html).join(' ')))`

/** A page, and all that it asked of others or complained about. */
async function open(options: BrowserContextOptions): Promise<{ page: Page; faults: string[] }> {
  const context = await browser.newContext(options)
  const page = await context.newPage()
  const faults: string[] = []
  page.on('console', (message) => faults.push(message.text()))
  page.on('pageerror', (error) => faults.push(error.message))
  page.on('request', (request) => new URL(request.url()).origin === served.base || faults.push(request.url()))
  // What sends itself stays where it is, as without script.
  const leaves = served.base + served.assets.href('form-post.js')
  await page.route(leaves, (route) => route.fulfill({ contentType: 'text/javascript', body: '' }))
  return { page, faults }
}

describe('every kind of page', () => {
  // Two at once: each has a process of its own.
  it.concurrent.each([0, 1])(
    'has nothing that axe-core, the policy or the console objects to, stands still, and has every control in reach of the keyboard (%i)',
    {
      timeout: TIMEOUT,
    },
    async (half) => {
      const { page, faults } = await open({ reducedMotion: 'reduce', colorScheme: 'light' })
      for (const state of shapes().filter((_, index) => index % 2 === half)) {
        await page.emulateMedia(SCHEMES[0].media)
        await page.goto(served.addressOf(state, { axe: '' }))
        // Before other schemes, where borders may stand in for tints.
        expect(await page.evaluate(SHIFTS), state.id).toEqual([])
        for (const { name, media, runOnly } of SCHEMES) {
          await page.emulateMedia(media)
          expect(await page.evaluate(violations(runOnly)), `${state.id}, ${name}`).toEqual([])
        }
        expect(faults, state.id).toEqual([])
        await expectEachInTurn(page, state.id)
      }
      await page.context().close()
    },
  )
})

/** In the page: what moved after it was first painted. */
const SHIFTS = `new Promise((resolve) => {
  new PerformanceObserver((list) => resolve(list.getEntries().map(({ value }) => value)))
    .observe({ type: 'layout-shift', buffered: true })
  requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(() => resolve([]))))
})`

/** Tab by tab from the first control, in the order of the page. */
async function expectEachInTurn(page: Page, id: string): Promise<void> {
  await page.evaluate(`
    controls = [...document.querySelectorAll('a[href], button, input:not([type=hidden], [aria-hidden]), select, summary')]
      .filter((control) => control.checkVisibility())
    reached = []
    addEventListener('focusin', ({ target }) => reached.push(controls.indexOf(target)))
    document.activeElement?.blur()
    controls[0]?.focus()`)
  const count: number = await page.evaluate('controls.length')
  for (let index = 1; index < count; index++) await page.keyboard.press('Tab')
  expect(await page.evaluate('reached'), id).toEqual(Array.from({ length: count }, (_, index) => index))
}

/**
 * In the page: shows each state in turn in the place of this one, if it has the same styles, and gives what reaches out of
 * the window, scrolled or clipped.
 */
const BEYOND = `async (addresses) => {
  const styles = (page) => [...page.querySelectorAll('link[rel=stylesheet]')].map((link) => link.getAttribute('href')).join()
  const found = []
  for (const address of addresses) {
    const text = pagesRead.get(address) ?? (await (await fetch(address)).text())
    pagesRead.set(address, text)
    const page = new DOMParser().parseFromString(text, 'text/html')
    if (styles(page) !== styles(document)) throw new Error(address + ' has other styles')
    document.documentElement.lang = page.documentElement.lang
    document.documentElement.dir = page.documentElement.dir
    document.body.replaceWith(page.body)
    for (const part of document.querySelectorAll('details')) part.open = true
    for (const part of document.querySelectorAll('html, body *')) {
      const { left, right } = part.getBoundingClientRect()
      if (left < 0 || right > innerWidth) found.push(address + ' ' + part.outerHTML)
    }
    if (document.documentElement.scrollWidth > innerWidth) found.push(address + ' scrolls sideways')
  }
  return found
}`

/** States by the styles that they share. */
function byStyles(): GalleryState[][] {
  const groups = new Map<string, GalleryState[]>()
  for (const state of gallery) {
    const styles =
      state
        .render(served.pages, 'en')
        .match(/rel="stylesheet" href="[^"]*"/g)
        ?.join() ?? ''
    groups.set(styles, [...(groups.get(styles) ?? []), state])
  }
  return [...groups.values()]
}

describe('every page in every state', () => {
  it.concurrent.each(['en', 'de', 'ar'])(
    'keeps all in view on a phone, enlarged, and on a desk: %s',
    {
      timeout: TIMEOUT,
    },
    async (locale) => {
      const { page } = await open({ bypassCSP: true })
      for (const states of byStyles()) {
        const addresses = states.map((state) => served.addressOf(state, { ui_locales: locale }))
        await page.goto(addresses[0] ?? '')
        await page.evaluate('pagesRead = new Map()')
        // One for each way that the pages are laid out; 640 is a desk's window at 200 %.
        for (const width of [320, 390, 640, 1280]) {
          await page.setViewportSize({ width, height: 640 })
          expect(await page.evaluate(`(${BEYOND})(${JSON.stringify(addresses)})`), `${width}`).toEqual([])
        }
      }
      await page.context().close()
    },
  )

  it('A-822 in Arabic, on a phone and in the dark, has nothing that axe-core objects to', {
    timeout: TIMEOUT,
  }, async () => {
    const { page } = await open({ colorScheme: 'dark', viewport: { width: 320, height: 640 } })
    const one = new Map(shapes().map((state) => [state.page, state]))
    for (const state of one.values()) {
      await page.goto(served.addressOf(state, { axe: '', ui_locales: 'ar' }))
      expect(await page.evaluate(violations(ALL)), state.id).toEqual([])
    }
    await page.context().close()
  })
})
