/**
 * An application of a browser, in a real one, against a real server: what happens to a session in a week. The house
 * takes no repeat of a refresh token but from who has its key, so nothing here is luck with a window of time.
 */
import type { Browser, BrowserContext, Page, Route } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { violations } from '../support/axe.ts'
import { freePort, startBrowser, visit } from '../support/browser.ts'
import { type Example, exampleSetUp, serveExample } from '../support/example.ts'
import {
  ADA,
  button,
  GRACE,
  goesOn,
  MARY,
  refreshed,
  signedIn,
  signedOut,
  signIn,
  throughTheIssuer,
} from '../support/example-pages.ts'
import { type House, openHouse } from '../support/house.ts'
import { totpCode, withTotp } from '../support/second-factors.ts'
import { commandWithin } from '../support/within.ts'

const TIMEOUT = 120_000
const HOUR = 3_600_000
/** Of an access token: within it, each page refreshes its own. */
const LIFE = HOUR / 4

const PIA = { email: 'pia@example.com', name: 'Pia Lindqvist', password: 'a password of pia 1911' }

let browser: Browser
let house: House
let example: Example
let origin: string

beforeAll(async () => {
  const examplePort = await freePort()
  origin = `http://localhost:${examplePort}`
  house = await openHouse({
    storage: 'embedded',
    browserPort: await freePort(),
    env: { FIRST_PARTY_ORIGINS: origin, REFRESH_REUSE_GRACE: '0s' },
    setUp: { ...(await exampleSetUp(origin)), users: [ADA, GRACE, MARY, PIA] },
  })
  example = await serveExample(house.issuer, examplePort)
  browser = await startBrowser()
}, TIMEOUT)

// Pages that nobody looks at any more would go on refreshing.
afterEach(() => Promise.all(browser.contexts().map((context) => context.close())))

afterAll(async () => {
  await browser?.close()
  await example?.stop()
  await house?.stop()
})

/** A browser of its own. `refreshes`: answers that brought a token. */
interface Reader {
  context: BrowserContext
  page: Page
  refreshes: () => number
}

async function open(path = '/', { clock = false } = {}): Promise<Reader> {
  const { context, page } = await visit(browser)
  let refreshes = 0
  context.on('response', (response) => {
    if (response.url() === `${house.issuer}/auth/refresh` && response.status() === 200) refreshes++
  })
  if (clock) await context.clock.install()
  await page.goto(origin + path)
  return { context, page, refreshes: () => refreshes }
}

async function openSignedIn({ clock = false, person = ADA } = {}): Promise<Reader> {
  const reader = await open('/', { clock })
  await signIn(reader.page, person)
  await signedIn(reader.page, person)
  return reader
}

describe('the example', () => {
  it(
    'asks for a code where a password is not enough',
    async () => {
      const secret = await withTotp(house, PIA.email)
      const { page } = await open()
      await signIn(page, PIA)
      const code = page.getByLabel('Code from your authenticator app')
      await code.fill('000000')
      await button(page, 'Go on').click()
      await page.getByText('That code didn’t work.').waitFor()
      expect(await violations(page, 'light')).toEqual([])
      await code.fill(totpCode(secret))
      await button(page, 'Go on').click()
      await signedIn(page, PIA)
    },
    TIMEOUT,
  )

  it(
    'signs in by a form of its own, keeps the token out of sight, and signs out',
    async () => {
      const { page, refreshes } = await open()
      await signIn(page, { ...ADA, password: 'guessed' })
      await page.getByText('The email address and password don’t match.').waitFor()
      const answer = page.waitForResponse((one) => one.url().endsWith('/auth/login') && one.ok())
      await signIn(page)
      const { access_token: token } = (await (await answer).json()) as { access_token: string }
      await signedIn(page)
      await goesOn(page)
      const kept = await page.evaluate('JSON.stringify([{ ...localStorage }, { ...sessionStorage }])')
      expect(token.length).toBeGreaterThan(20)
      expect((await page.content()) + String(kept)).not.toContain(token)

      await page.reload()
      await signedIn(page)
      expect(refreshes(), 'one, though everything is mounted twice').toBe(1)
      await button(page, 'Sign out here').click()
      await page.getByText('You’re signed out.').waitFor()
      await page.reload()
      await signedOut(page)
      expect(refreshes()).toBe(1)
    },
    TIMEOUT,
  )

  it(
    'signs in by redirect, and out there',
    async () => {
      const { page } = await open('/redirect')
      await throughTheIssuer(page, 'Don’t allow')
      await page.getByText('You didn’t allow it.').waitFor()
      await throughTheIssuer(page, 'Allow')
      await signedIn(page)
      expect(page.url(), 'the code has left the address').toBe(`${origin}/redirect`)
      await goesOn(page)
      await page.reload()
      await signedIn(page)
      await button(page, 'Refresh').click()
      await refreshed(page, 1)

      await button(page, 'Sign out everywhere').click()
      await page.waitForURL(/\/oauth2\/logout/)
      await button(page, 'Sign out').click()
      await page.waitForURL(`${origin}/redirect*`)
      await signedOut(page)
    },
    TIMEOUT,
  )

  it(
    'begins what was clicked twice once, and can begin again after the way back',
    async () => {
      const { page } = await open('/redirect')
      let begun = 0
      // The browser stays on the page that it has, as it does while an answer is on its way.
      await page.route(`${house.issuer}/oauth2/authorize?*`, (route) => {
        begun++
        return route.fulfill({ status: 204 })
      })
      await button(page, 'Continue').dblclick()
      await expect.poll(() => begun, { timeout: 5_000 }).toBe(1)
      expect(await button(page, 'Continue').getAttribute('aria-busy')).toBe('true')
      // As a browser says that it shows a page as it was left.
      await page.evaluate("dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))")
      await expect
        .poll(() => button(page, 'Continue').getAttribute('aria-busy'), { timeout: 5_000 })
        .toBe('false')
      await button(page, 'Continue').click()
      await expect.poll(() => begun, { timeout: 5_000 }).toBe(2)
    },
    TIMEOUT,
  )

  it(
    'is accessible in light and dark, and fits a phone',
    async () => {
      const { page } = await open()
      await page.setViewportSize({ width: 320, height: 640 })
      const look = async (): Promise<void> => {
        expect(await violations(page, 'light')).toEqual([])
        expect(await violations(page, 'dark')).toEqual([])
        expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(320)
      }
      await signIn(page, { ...ADA, password: 'guessed' })
      await page.getByRole('alert').waitFor()
      await look()
      await signIn(page)
      await signedIn(page)
      await button(page, 'Call').click()
      await page.getByText('Answered 200').waitFor()
      await look()
    },
    TIMEOUT,
  )
})

/** Has the server answer as if the browser had asked, and lets nobody have the answer. */
async function handleUnheard(route: Route, context: BrowserContext): Promise<void> {
  const request = route.request()
  const cookies = await context.cookies(request.url())
  const cookie = cookies.map(({ name, value }) => `${name}=${value}`).join('; ')
  const headers = { ...request.headers(), origin, cookie }
  const { status } = await fetch(request.url(), { method: request.method(), headers })
  expect(status).toBe(200)
}

describe('a session', () => {
  it(
    'L-6 goes through a week: it is refreshed in time by day, and goes on after every night',
    async () => {
      const reader = await openSignedIn({ clock: true })
      const { clock } = reader.context
      let times = 0
      for (let day = 1; day <= 7; day++) {
        for (let quarter = 0; quarter < 4; quarter++) {
          await clock.fastForward(LIFE)
          await refreshed(reader.page, ++times)
        }
        await clock.fastForward(24 * HOUR - 4 * LIFE)
        await refreshed(reader.page, ++times)
      }
      expect(reader.refreshes()).toBe(7 * 5)
      await goesOn(reader.page)
    },
    TIMEOUT,
  )

  it(
    'L-6 has one refresh for ten tabs, and a token for each',
    async () => {
      const reader = await openSignedIn({ clock: true })
      const others = await Promise.all(Array.from({ length: 9 }, () => reader.context.newPage()))
      await Promise.all(others.map((page) => page.goto(origin)))
      const tabs = [reader.page, ...others]
      await Promise.all(tabs.map((page) => signedIn(page)))
      // Answered when every tab has found that it is time.
      const { promise: time, resolve: answer } = Promise.withResolvers<void>()
      let asked = 0
      await reader.context.route(`${house.issuer}/auth/refresh`, async (route) => {
        asked++
        await time
        await route.continue()
      })
      await reader.context.clock.fastForward(LIFE)
      answer()
      await Promise.all(
        tabs.map((page) => page.locator('[data-shows=left]', { hasText: /^1[45]:/ }).waitFor()),
      )
      expect(asked).toBe(1)
      await Promise.all(tabs.map((page) => goesOn(page)))

      await button(reader.page, 'Sign out here').click()
      await Promise.all(tabs.map((page) => page.getByText('You’re signed out.').waitFor()))
    },
    TIMEOUT,
  )

  it(
    'F-191 asks again for an answer that was lost',
    async () => {
      const { context, page } = await openSignedIn()
      const lost = handling(context, async (route) => {
        await handleUnheard(route, context)
        await route.abort('connectionreset')
      })
      await button(page, 'Refresh').click()
      await lost
      await refreshed(page, 1)
      await button(page, 'Refresh').click()
      await refreshed(page, 2)
      await goesOn(page)
    },
    TIMEOUT,
  )

  it(
    'F-191 goes on when the lid was closed for an hour in the middle of a refresh',
    async () => {
      const { context, page } = await openSignedIn({ clock: true })
      const asleep = handling(context, async (route) => {
        await handleUnheard(route, context)
        await context.clock.fastForward(HOUR)
        await route.abort('internetdisconnected')
      })
      await button(page, 'Refresh').click()
      await asleep
      await refreshed(page, 1)
      await goesOn(page)
    },
    TIMEOUT,
  )

  it(
    'F-142 rides through a crash of the server',
    async () => {
      const { page } = await openSignedIn()
      await house.nodes.at(-1)?.stop('SIGKILL')
      const failed = page.waitForEvent('requestfailed')
      await button(page, 'Refresh').click()
      await failed
      expect(await button(page, 'Refresh').getAttribute('aria-busy')).toBe('true')
      await house.start()
      await refreshed(page, 1)
      await goesOn(page)
    },
    TIMEOUT,
  )

  // A sign-in within the second after all of a person's is ended too: these are no others' people.
  it(
    'A-605 says that it was ended from elsewhere: by an operator, or by the person in another browser',
    async () => {
      // A node may go by what it knew of a person for a second.
      const ended = ({ page }: Reader): Promise<void> =>
        expect
          .poll(
            async () => {
              await button(page, 'Refresh')
                .click({ timeout: 1_000 })
                .catch(() => {})
              return page.getByText('Your session has ended.').isVisible()
            },
            { timeout: 20_000 },
          )
          .toBe(true)
      const revoked = await openSignedIn({ person: GRACE })
      await commandWithin(house, ['sessions', 'revoke', '--user', GRACE.email])
      await ended(revoked)

      const first = await openSignedIn({ person: MARY })
      const second = await openSignedIn({ person: MARY })
      await button(second.page, 'Sign out everywhere').click()
      await second.page.getByText('You’re signed out.').waitFor()
      await ended(first)
    },
    TIMEOUT,
  )

  it(
    'A-221 is of no use to who has its cookie, and goes on for its owner',
    async () => {
      const owner = await openSignedIn()
      const thief = await visit(browser)
      await thief.context.addCookies(await owner.context.cookies())
      await thief.page.goto(origin)
      await signedOut(thief.page)
      expect(await thief.page.evaluate(REFRESH, `${house.issuer}/auth/refresh`)).toBe(401)
      await button(owner.page, 'Refresh').click()
      await refreshed(owner.page, 1)
      await goesOn(owner.page)
    },
    TIMEOUT,
  )
})

/** As any script of the page may. */
const REFRESH = async (url: string): Promise<number> =>
  (await fetch(url, { method: 'POST', credentials: 'include', headers: { 'x-requested-with': 'x' } })).status

/** The next refresh is handled so; resolves when that is done. */
const handling = (context: BrowserContext, handle: (route: Route) => Promise<void>): Promise<void> =>
  new Promise((resolve, reject) => {
    const url = `${house.issuer}/auth/refresh`
    context.route(url, (route) => handle(route).then(resolve, reject), { times: 1 }).catch(reject)
  })
