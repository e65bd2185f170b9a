/** The hosted pages in a real browser, under the policy they are served with, in every state of the gallery. */
import { readFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { AxeResults } from 'axe-core'
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Assets, createAssets } from '../../src/pages/assets.ts'
import { gallery } from '../../src/pages/gallery.ts'
import { CATALOGUES, type Catalogue } from '../../src/pages/locales.ts'
import { createMessages } from '../../src/pages/messages.ts'
import { createPages, type Pages } from '../../src/pages/pages.ts'
import { contentSecurityPolicy } from '../../src/security/csp.ts'
import { startBrowser } from '../support/browser.ts'

const AXE = readFileSync(new URL('../../node_modules/axe-core/axe.min.js', import.meta.url), 'utf8')
const TIMEOUT = 180_000

/** A stand-in for what comes: a language with long words. */
const en = CATALOGUES['en'] as Catalogue
const long = Object.fromEntries(
  Object.entries(en).map(([key, text]) => [
    key,
    `${text} ${'Donaudampfschifffahrt'.slice(0, text.length / 2 + 2)}`,
  ]),
) as Catalogue

let browser: Browser
let server: Server
let assets: Assets
let pages: Pages
let base: string
/** Bodies of the forms that arrived. */
let received: string[] = []

beforeAll(async () => {
  assets = createAssets()
  const messages = createMessages({ en, de: long })
  pages = createPages({ issuer: 'https://id.example.com', assets, messages, production: false })
  server = createServer((request, response) => void serve(request, response))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  browser = await startBrowser()
})

afterAll(async () => {
  await browser.close()
  server.closeAllConnections()
  server.close()
})

async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { pathname, searchParams } = new URL(request.url ?? '/', base)
  const asset = assets.find(pathname)
  if (asset) return void response.setHeader('content-type', asset.type).end(asset.body)

  const type = 'text/html; charset=utf-8'
  response.setHeader('content-type', type).setHeader('content-security-policy', contentSecurityPolicy())
  if (request.method === 'POST') {
    received.push(Buffer.concat(await request.toArray()).toString())
    // The browser stays on the page that it has, as it does while an answer is on its way.
    if (pathname !== '/callback') response.statusCode = 204
    return void response.end(pages.render('logged-out', 'en', {}))
  }
  if (pathname === '/form-post') {
    response.end(pages.render('form-post', 'en', { action: `${base}/callback`, fields: FIELDS }))
    return
  }
  const state = gallery.find(({ id }) => pathname === `/gallery/${id}`)
  response.statusCode = state ? 200 : 404
  response.end(state?.render(pages, searchParams.get('ui_locales') ?? 'en'))
}

const FIELDS = [
  { name: 'code', value: 'a b' },
  // A name that shadows the form's own method.
  { name: 'submit', value: 'x' },
]

/** A page, and all that it asked of others or complained about. */
async function open(
  options: BrowserContextOptions = {},
): Promise<{ page: Page; faults: string[]; context: BrowserContext }> {
  const context = await browser.newContext(options)
  const page = await context.newPage()
  const faults: string[] = []
  page.on('console', (message) => faults.push(message.text()))
  page.on('pageerror', (error) => faults.push(error.message))
  page.on('request', (request) => new URL(request.url()).origin === base || faults.push(request.url()))
  return { page, faults, context }
}

/** The gallery's form_post pages stay where they are, as without script. */
async function stayOnFormPost(page: Page): Promise<void> {
  await page.route(base + assets.href('form-post.js'), (route) =>
    route.fulfill({ contentType: 'text/javascript', body: '' }),
  )
}

/** What reaches out of the window, scrolled or clipped, written from the left or from the right. */
const BEYOND = `['ltr', 'rtl'].flatMap((direction) => {
  document.documentElement.dir = direction
  return [...document.querySelectorAll('html, body *')]
    .filter((part) => part.getBoundingClientRect().left < 0 || part.getBoundingClientRect().right > innerWidth)
    .map((part) => direction + ' ' + part.outerHTML)
})`

type Media = Parameters<Page['emulateMedia']>[0]

/** All that axe-core knows in light; in the other schemes, where only colours differ, what it knows of those. */
const ALL = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']
const SCHEMES: { name: string; media: Media; runOnly: string[] }[] = [
  { name: 'light', media: { colorScheme: 'light', forcedColors: 'none' }, runOnly: ALL },
  { name: 'dark', media: { colorScheme: 'dark', forcedColors: 'none' }, runOnly: ['color-contrast'] },
  { name: 'forced colours', media: { forcedColors: 'active' }, runOnly: ['color-contrast'] },
]

async function violations(page: Page, runOnly: string[]): Promise<string[]> {
  const options = JSON.stringify({ resultTypes: ['violations'], runOnly })
  const results: AxeResults = await page.evaluate(`axe.run(document, ${options})`)
  return results.violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`)
}

describe('every page in every state', () => {
  it('has nothing that axe-core objects to, nor the policy, and every control in reach of the keyboard', {
    timeout: TIMEOUT,
  }, async () => {
    const { page, faults, context } = await open({ reducedMotion: 'reduce' })
    await stayOnFormPost(page)
    for (const { id } of gallery) {
      await page.goto(`${base}/gallery/${id}`)
      await page.evaluate(AXE)
      for (const { name, media, runOnly } of SCHEMES) {
        await page.emulateMedia(media)
        expect(await violations(page, runOnly), `${id}, ${name}`).toEqual([])
      }
      expect(faults, id).toEqual([])
      await expectEachInTurn(page, id)
    }
    await context.close()
  })

  it('keeps everything in view, in long words or from the right, on a phone or enlarged', {
    timeout: TIMEOUT,
  }, async () => {
    const { page, context } = await open()
    await stayOnFormPost(page)
    // One for each way that the pages are laid out; there and back, as each change of a window costs.
    const widths = [320, 390, 640]
    for (const { id } of gallery) {
      await page.goto(`${base}/gallery/${id}?ui_locales=de`)
      await page.evaluate(`for (const part of document.querySelectorAll('details')) part.open = true`)
      for (const width of widths) {
        await page.setViewportSize({ width, height: 640 })
        expect(await page.evaluate(BEYOND), `${id} ${width}`).toEqual([])
      }
      widths.reverse()
    }
    await context.close()
  })

  /** Tab by tab from the first control, in the order of the page. */
  async function expectEachInTurn(page: Page, id: string): Promise<void> {
    await page.evaluate(`
      controls = [...document.querySelectorAll('a[href], button, input:not([type=hidden], [aria-hidden]), summary')]
        .filter((control) => control.checkVisibility())
      controls[0]?.focus()`)
    const count: number = await page.evaluate('controls.length')
    for (let index = 0; index < count; index++) {
      expect(await page.evaluate('controls.indexOf(document.activeElement)'), id).toBe(index)
      await page.keyboard.press('Tab')
    }
  }
})

describe('without script', () => {
  let page: Page
  let context: BrowserContext
  beforeAll(async () => {
    ;({ page, context } = await open({ javaScriptEnabled: false }))
  })
  afterAll(() => context?.close())

  it('a form is complete, and a failed one puts the focus on what went wrong', async () => {
    await page.goto(`${base}/gallery/sign-in.invalid-credentials`)
    expect(await page.getByRole('button').allTextContents()).toEqual(['Sign in'])
    expect(await page.getByRole('alert').and(page.locator(':focus')).count()).toBe(1)
  })

  it('form_post waits for a press', async () => {
    received = []
    await page.goto(`${base}/form-post`)
    await page.getByRole('button', { name: 'Continue' }).click()
    await page.getByRole('heading', { name: 'You’re signed out' }).waitFor()
    expect(received).toEqual(['code=a+b&submit=x'])
  })
})

describe('with script', () => {
  let page: Page
  let context: BrowserContext
  let faults: string[]
  beforeAll(async () => {
    ;({ page, context, faults } = await open({ permissions: ['clipboard-read', 'clipboard-write'] }))
  })
  afterAll(() => context?.close())

  it('a password can be shown, and is hidden again when it is sent', async () => {
    received = []
    await page.goto(`${base}/gallery/sign-in.known`)
    const password = page.getByLabel('Password', { exact: true })
    const reveal = page.getByRole('button', { name: 'Show password' })
    await password.fill('secret')
    await reveal.click()
    expect(await password.getAttribute('type')).toBe('text')
    expect(await reveal.getAttribute('aria-pressed')).toBe('true')
    await page.keyboard.press('Tab')
    await password.press('Enter')
    await expect.poll(() => received.length).toBe(1)
    expect(await password.getAttribute('type')).toBe('password')
  })

  it('caps lock is told while typing a password', async () => {
    await page.goto(`${base}/gallery/sign-in.known`)
    const told = page.getByRole('status')
    const type = (modifierCapsLock: boolean) =>
      page.getByLabel('Password', { exact: true }).dispatchEvent('keydown', { modifierCapsLock })
    await type(true)
    expect(await told.textContent()).toBe('Caps lock is on.')
    await type(false)
    expect(await told.textContent()).toBe('')
  })

  it('a form is sent once, and its button says what is going on', async () => {
    received = []
    await page.goto(`${base}/gallery/sign-in.known`)
    await page.getByLabel('Password', { exact: true }).fill('secret')
    const button = page.locator('button.primary')
    const width = (await button.boundingBox())?.width
    await button.click()
    await button.and(page.locator('[aria-busy=true]')).waitFor()
    expect(await button.textContent()).toBe('Signing in')
    expect(await button.getAttribute('aria-disabled')).toBe('true')
    expect((await button.boundingBox())?.width).toBe(width)

    await page.evaluate(`addEventListener('submit', (event) => { again = event.defaultPrevented })`)
    await button.click({ force: true })
    expect(await page.evaluate('again')).toBe(true)
    await expect
      .poll(() => received)
      .toEqual(['csrf=c8b1f0a94c6e4d7d&username=mira.okafor%40example.com&password=secret'])
  })

  it('consent carries the decision that was pressed', async () => {
    received = []
    for (const name of ['Don’t allow', 'Allow']) {
      await page.goto(`${base}/gallery/consent`)
      await page.getByRole('button', { name, exact: true }).click()
    }
    await expect
      .poll(() => received)
      .toEqual(['csrf=c8b1f0a94c6e4d7d&decision=deny', 'csrf=c8b1f0a94c6e4d7d&decision=approve'])
  })

  it('the request id of an error can be copied', async () => {
    await page.goto(`${base}/gallery/error.fault`)
    await page.getByRole('button', { name: 'Copy request id' }).click()
    await page.getByText('Copied').waitFor()
    expect(await page.evaluate('navigator.clipboard.readText()')).toBe('0199a3c2-7d1e-7b4a-9c55-2f6f0c1d8e42')
  })

  it('form_post goes on by itself, and leaves no step behind to fall back into', async () => {
    received = []
    await page.goto(`${base}/gallery/notice`)
    await page.goto(`${base}/form-post`, { waitUntil: 'commit' })
    await page.getByRole('heading', { name: 'You’re signed out' }).waitFor()
    expect(received).toEqual(['code=a+b&submit=x'])
    expect(faults).toEqual([])
    await page.goBack()
    expect(page.url()).toBe(`${base}/gallery/notice`)
  })
})
