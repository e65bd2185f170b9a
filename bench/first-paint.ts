/** How soon a browser that knows nothing of the server shows its pages, and what they bring with them. */
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import type { Browser } from 'playwright-core'
import { freePort, startBrowser, visit } from '../test/support/browser.ts'
import { authorizationRequest } from '../test/support/flows.ts'
import { openHouseOn } from '../test/support/house.ts'
import { median, print, SET_UP, WEB } from './set-up.ts'

const VISITS = 10

/** Meanwhile Chromium loads the pages that its own window is made of. */
const WINDOW_MS = 1_500

export async function firstPaints(databaseUrl: string, redisUrl: string): Promise<void> {
  const house = await openHouseOn({ databaseUrl, redisUrl }, { setUp: SET_UP, browserPort: await freePort() })
  const browser = await startBrowser()
  const bare = await serveBare()
  try {
    for (const [name, address] of [
      ['of one word', () => `http://localhost:${(bare.address() as AddressInfo).port}/`],
      ['sign-in', () => new URL(authorizationRequest(WEB).url, house.issuer).href],
      ['reset', () => `${house.issuer}/reset`],
    ] as const) {
      const seen: Seen[] = []
      // The first is for the code that nobody has run yet.
      for (let n = 0; n <= VISITS; n++) seen.push(await see(browser, address()))
      const of = (read: (one: Seen) => number): number => median(seen.slice(1).map(read))
      print(
        `page ${name}: first contentful paint ${of(({ paint }) => paint).toFixed(0)} ms (under 200), ${(of(({ bytes }) => bytes) / 1000).toFixed(1)} kB (under 60), layout shift ${of(({ shift }) => shift)}`,
      )
    }
  } finally {
    bare.close()
    await browser.close()
    await house.stop()
  }
}

/** What no page of this server can be faster than: it makes Chromium begin a process, as theirs do. */
async function serveBare(): Promise<Server> {
  const server = createServer((_request, response) => {
    const headers = { 'content-type': 'text/html', 'cross-origin-opener-policy': 'same-origin' }
    response.writeHead(200, headers).end('<!doctype html><title>Bare</title>Word')
  })
  await new Promise<void>((resolve) => server.listen(0, resolve))
  return server
}

interface Seen {
  /** After the navigation began, ms. */
  paint: number
  bytes: number
  /** Cumulative. */
  shift: number
}

async function see(browser: Browser, address: string): Promise<Seen> {
  const { context, page } = await visit(browser)
  try {
    await delay(WINDOW_MS)
    await page.goto(address, { waitUntil: 'networkidle' })
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
