/** What the hosted pages do in a real browser, with script and without. `gallery.test.ts` looks at each of them. */
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startBrowser, visit } from '../support/browser.ts'
import { type GalleryServer, startGalleryServer } from '../support/gallery-server.ts'

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

describe('without script', () => {
  let page: Page
  let context: BrowserContext
  beforeAll(async () => {
    ;({ page, context } = await visit(browser, { javaScriptEnabled: false }))
  })
  afterAll(() => context?.close())

  it('a form is complete, and a failed one puts the focus on what went wrong', async () => {
    await page.goto(`${served.base}/gallery/password.invalid-credentials`)
    expect(await page.getByRole('button', { name: 'Sign in', exact: true }).count()).toBe(1)
    expect(await page.getByRole('button', { name: 'Show password' }).count()).toBe(0)
    expect(await page.getByRole('alert').and(page.locator(':focus')).count()).toBe(1)
  })

  it('form_post waits for a press', async () => {
    served.received.length = 0
    await page.goto(`${served.base}/form-post`)
    await page.getByRole('button', { name: 'Continue' }).click()
    await page.getByRole('heading', { name: 'You’re signed out' }).waitFor()
    expect(served.received).toEqual(['code=a+b&submit=x'])
  })
})

describe('with script', () => {
  let page: Page
  let context: BrowserContext
  let faults: string[]
  beforeAll(async () => {
    ;({ page, context, faults } = await visit(browser, {
      permissions: ['clipboard-read', 'clipboard-write'],
    }))
  })
  afterAll(() => context?.close())

  it('a password can be shown, and is hidden again when it is sent', async () => {
    served.received.length = 0
    await page.goto(`${served.base}/gallery/password`)
    const password = page.getByLabel('Password', { exact: true })
    const reveal = page.getByRole('button', { name: 'Show password' })
    await password.fill('secret')
    await reveal.click()
    expect(await password.getAttribute('type')).toBe('text')
    expect(await reveal.getAttribute('aria-pressed')).toBe('true')
    await page.keyboard.press('Tab')
    await password.press('Enter')
    await expect.poll(() => served.received.length).toBe(1)
    expect(await password.getAttribute('type')).toBe('password')
  })

  it('caps lock is told while typing a password', async () => {
    await page.goto(`${served.base}/gallery/password`)
    const told = page.locator('[data-caps-lock-of]')
    const type = (modifierCapsLock: boolean) =>
      page.getByLabel('Password', { exact: true }).dispatchEvent('keydown', { modifierCapsLock })
    await type(true)
    expect(await told.textContent()).toBe('Caps lock is on.')
    await type(false)
    expect(await told.textContent()).toBe('')
  })

  it('a form is sent once, and its button says what is going on', async () => {
    served.received.length = 0
    await page.goto(`${served.base}/gallery/password`)
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
      .poll(() => served.received)
      .toEqual(['csrf=c8b1f0a94c6e4d7d&username=mira.okafor%40example.com&password=secret'])
  })

  it('a code that is pasted whole is sent, one that is typed or cut is not', async () => {
    served.received.length = 0
    await page.goto(`${served.base}/gallery/code`)
    const code = page.getByLabel('Code', { exact: true })
    const paste = async (text: string) => {
      await code.fill('')
      await page.evaluate(`navigator.clipboard.writeText(${JSON.stringify(text)})`)
      await page.keyboard.press('Control+V')
    }
    await paste('0421')
    expect(await code.inputValue()).toBe('0421')
    await code.fill('')
    await page.keyboard.type('042137')
    expect(served.received).toEqual([])
    await paste('042 137')
    await expect.poll(() => served.received).toEqual([expect.stringContaining('code=042+137')])
    await page.locator('button.primary[aria-busy=true]').waitFor()
  })

  it('a way in keeps its picture while it is asked for', async () => {
    await page.goto(`${served.base}/gallery/code`)
    const way = page.locator('button.method[name=method]:not([value=passkey])').first()
    await way.click()
    await way.and(page.locator('[aria-busy=true]')).waitFor()
    expect(await way.locator('svg').count()).toBe(2)
  })

  it('consent carries the decision that was pressed', async () => {
    served.received.length = 0
    for (const name of ['Don’t allow', 'Allow']) {
      await page.goto(`${served.base}/gallery/consent`)
      await page.getByRole('button', { name, exact: true }).click()
    }
    await expect
      .poll(() => served.received)
      .toEqual(['csrf=c8b1f0a94c6e4d7d&decision=deny', 'csrf=c8b1f0a94c6e4d7d&decision=approve'])
  })

  it('the request id of an error can be copied', async () => {
    await page.goto(`${served.base}/gallery/error.fault`)
    await page.getByRole('button', { name: 'Copy request id' }).click()
    await page.getByText('Copied').waitFor()
    expect(await page.evaluate('navigator.clipboard.readText()')).toBe('0199a3c2-7d1e-7b4a-9c55-2f6f0c1d8e42')
  })

  it('form_post goes on by itself, and leaves no step behind to fall back into', async () => {
    served.received.length = 0
    await page.goto(`${served.base}/gallery/logged-out`)
    await page.goto(`${served.base}/form-post`, { waitUntil: 'commit' })
    await page.getByRole('heading', { name: 'You’re signed out' }).waitFor()
    expect(served.received).toEqual(['code=a+b&submit=x'])
    expect(faults).toEqual([])
    await page.goBack()
    expect(page.url()).toBe(`${served.base}/gallery/logged-out`)
  })
})
