/** Real Chromium, and what a person at it sees go wrong. */
import { createServer } from 'node:net'
import {
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  chromium,
  type Page,
} from 'playwright-core'

export const startBrowser = (): Promise<Browser> =>
  chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: [
      '--no-sandbox',
      '--headless',
      '--disable-gpu',
      // No process for drawing, none in reserve: each costs more than the page it is for.
      '--in-process-gpu',
      '--disable-features=SpareRendererForSitePerProcess',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--no-first-run',
    ],
  })

export interface Visit {
  context: BrowserContext
  page: Page
  /** What the console said: violations of a content security policy, faults of scripts, failed loads. */
  faults: string[]
}

/** A person of their own: no cookie is shared with another visit. */
export async function visit(browser: Browser, options: BrowserContextOptions = {}): Promise<Visit> {
  const context = await browser.newContext(options)
  // Less than a test has, so that what was waited for in vain is named.
  context.setDefaultTimeout(10_000)
  const page = await context.newPage()
  const faults: string[] = []
  page.on('console', (message) => {
    // Chromium tells of each sign-out that it has cleared what it was asked to.
    if (!message.text().startsWith('Clear-Site-Data header on')) faults.push(message.text())
  })
  page.on('pageerror', (error) => faults.push(error.message))
  return { context, page, faults }
}

/** Through the pages of the sign-in, one question after the other. */
export async function fillSignIn(
  page: Page,
  { email, password }: { email: string; password: string },
  { remember = false } = {},
): Promise<void> {
  await page.locator('input[name=username]').fill(email)
  await page.keyboard.press('Enter')
  await page.locator('input[name=password]').fill(password)
  if (remember) await page.locator('input[name=remember]').check()
  await page.keyboard.press('Enter')
}

/** Not from the range that the system takes ports from for others: between finding and using it, it stays free. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = 20_000 + Math.floor(Math.random() * 12_000)
    if (await isFree(port)) return port
  }
}

const isFree = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)))
  })
