/** How soon a browser that knows nothing of the server shows its pages, and what they bring with them. */
import type { Browser } from 'playwright-core'
import { freePort, startBrowser, visit } from '../test/support/browser.ts'
import { authorizationRequest } from '../test/support/flows.ts'
import { type House, openHouseOn } from '../test/support/house.ts'
import { median, print, SET_UP, WEB } from './set-up.ts'

const VISITS = 10

export async function firstPaints(databaseUrl: string, redisUrl: string): Promise<void> {
  const house = await openHouseOn({ databaseUrl, redisUrl }, { setUp: SET_UP, browserPort: await freePort() })
  const browser = await startBrowser()
  try {
    for (const [name, address] of [
      ['sign-in', () => authorizationRequest(WEB).url],
      ['reset', () => '/reset'],
    ] as const) {
      const seen: Seen[] = []
      // The first is for the code that nobody has run yet.
      for (let n = 0; n <= VISITS; n++) seen.push(await see(browser, house, address()))
      const of = (read: (one: Seen) => number): number => median(seen.slice(1).map(read))
      print(
        `page ${name}: first contentful paint ${of(({ paint }) => paint).toFixed(0)} ms (under 200), ${(of(({ bytes }) => bytes) / 1000).toFixed(1)} kB (under 60), layout shift ${of(({ shift }) => shift)}`,
      )
    }
  } finally {
    await browser.close()
    await house.stop()
  }
}

interface Seen {
  /** After the navigation began, ms. */
  paint: number
  bytes: number
  /** Cumulative. */
  shift: number
}

async function see(browser: Browser, house: House, path: string): Promise<Seen> {
  const { context, page } = await visit(browser)
  try {
    await page.goto(new URL(path, house.issuer).href, { waitUntil: 'networkidle' })
    return await page.evaluate<Seen>(LOOK)
  } finally {
    await context.close()
  }
}

/** In the browser. */
const LOOK = `new Promise((resolve) => {
  const entries = performance.getEntries()
  const paint = entries.find(({ name }) => name === 'first-contentful-paint')?.startTime ?? NaN
  const bytes = entries.reduce((sum, { transferSize = 0 }) => sum + transferSize, 0)
  let shift = 0
  new PerformanceObserver((list) => {
    for (const { value } of list.getEntries()) shift += value
  }).observe({ type: 'layout-shift', buffered: true })
  setTimeout(() => resolve({ paint, bytes, shift }), 50)
})`
