/** People at a real browser, a relying party that knows nothing but the standards, and the way between the two. */
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { fillSignIn, freePort, startBrowser, type Visit, visit } from '../support/browser.ts'
import { PERSON, SET_UP } from '../support/flows.ts'
import { type House, openHouse } from '../support/house.ts'
import { type RelyingPartyServer, startRelyingParty } from '../support/relying-party.ts'
import { within } from '../support/within.ts'

let browser: Browser
beforeAll(async () => {
  browser = await startBrowser()
})
afterAll(() => browser?.close())

describe.each(['embedded', 'redis'] as const)('on %s', (storage) => {
  let shop: RelyingPartyServer
  let house: House
  beforeAll(async () => {
    const browserPort = await freePort()
    shop = await startRelyingParty(`http://localhost:${browserPort}`)
    const setUp = { ...SET_UP, clients: [...SET_UP.clients, shop.registration] }
    house = await openHouse({ storage, browserPort, setUp })
  })
  afterAll(async () => {
    await house?.stop()
    await shop?.stop()
  })

  /** A visit that must end without a word on the console, but for those that are `expected`. */
  async function during(
    options: BrowserContextOptions,
    work: (visit: Visit) => Promise<void>,
    expected: RegExp = /^$/,
  ): Promise<void> {
    const one = await visit(browser, options)
    try {
      await work(one)
      expect(one.faults.filter((fault) => !expected.test(fault))).toEqual([])
    } finally {
      await one.context.close()
    }
  }

  const asksForName = (page: Page) => page.getByRole('heading', { name: 'Sign in' }).waitFor()
  const welcomes = (page: Page) => page.getByRole('heading', { name: 'Welcome, Ada Lovelace' }).waitFor()

  /** By keyboard alone: the name has the focus, then the password has, Enter sends. */
  async function typeIn(page: Page, password = PERSON.password): Promise<void> {
    await asksForName(page)
    await page.keyboard.type(PERSON.email)
    await page.keyboard.press('Enter')
    await page.locator('input[name=password]:focus').waitFor()
    await page.keyboard.type(password)
    await page.keyboard.press('Enter')
  }

  /** Tab by tab to a control, as somebody without a mouse gets there. */
  async function press(page: Page, name: string): Promise<void> {
    const button = page.getByRole('button', { name, exact: true })
    await button.waitFor()
    for (let tabs = 0; tabs < 20 && (await button.and(page.locator(':focus')).count()) === 0; tabs++) {
      await page.keyboard.press('Tab')
    }
    await page.keyboard.press('Enter')
  }

  test('from sign-in to sign-out by keyboard alone', () =>
    during({}, async ({ page }) => {
      await page.goto(`${shop.origin}/login?prompt=consent`)
      await typeIn(page)
      await press(page, 'Allow')
      await welcomes(page)
      expect(await page.textContent('p')).toBe(PERSON.email)

      await page.goto(`${shop.origin}/refresh`)
      expect(await page.textContent('p')).toBe('another token')

      await page.goto(`${shop.origin}/logout`)
      await press(page, 'Sign out')
      await page.getByRole('heading', { name: 'Goodbye' }).waitFor()
      await page.goto(`${shop.origin}/login`)
      await asksForName(page)
    }))

  test('all of it without script', () =>
    during({ javaScriptEnabled: false }, async ({ page }) => {
      await page.goto(`${shop.origin}/login?prompt=consent`)
      await typeIn(page)
      await page.getByRole('button', { name: 'Allow', exact: true }).click()
      await welcomes(page)
      await page.goto(`${shop.origin}/logout`)
      await page.getByRole('button', { name: 'Sign out' }).click()
      await page.getByRole('heading', { name: 'Goodbye' }).waitFor()
    }))

  test('an application asks for a new account first, and welcomes who has made it', () =>
    during({}, async ({ page }) => {
      const email = 'charles@example.com'
      const password = 'differential machine 1822'
      await page.goto(`${shop.origin}/login?prompt=create`)
      await page.getByRole('heading', { name: 'Create account' }).waitFor()
      await page.getByLabel('Name').fill('Charles Babbage')
      await page.getByLabel('Email address').fill(email)
      await page.getByLabel('Password', { exact: true }).fill(password)
      await page.getByRole('button', { name: 'Create account' }).click()
      await page.getByRole('heading', { name: 'Check your mail' }).waitFor()
      const find = async (): Promise<string> => {
        const mails = await within(house, ({ devMailbox }) => devMailbox.list())
        return /http:[^\s"]+\/register\/confirm\?token=[\w-]+/.exec(JSON.stringify(mails))?.[0] ?? ''
      }
      await expect.poll(find, { timeout: 15_000 }).not.toBe('')
      await page.goto(await find())
      await page.getByRole('button', { name: 'Create account' }).click()
      await page.getByRole('heading', { name: 'Your account is ready' }).waitFor()
      await page.getByRole('link', { name: /Shop/ }).click()
      await fillSignIn(page, { email, password })
      await page.getByRole('button', { name: 'Allow', exact: true }).click()
      await page.getByRole('heading', { name: 'Welcome, Charles Babbage' }).waitFor()
    }))

  test('who does not allow it is back at the application, which is told so', () =>
    during({}, async ({ page }) => {
      await page.goto(`${shop.origin}/login?prompt=consent`)
      await typeIn(page)
      await press(page, 'Don’t allow')
      await page.getByText('access_denied').waitFor()
    }))

  test('a wrong password is said on the same page, which can be sent again at once', () =>
    during(
      {},
      async ({ page }) => {
        await page.goto(`${shop.origin}/login`)
        await typeIn(page, 'not the password')
        const alert = page.getByRole('alert')
        await alert.and(page.locator(':focus')).waitFor()
        await page.getByText(PERSON.email).waitFor()
        expect(await page.getByLabel('Password', { exact: true }).inputValue()).toBe('')
        await page.getByLabel('Password', { exact: true }).fill(PERSON.password)
        await page.keyboard.press('Enter')
        await welcomes(page)
      },
      // The browser notes the page's own status.
      /status of 400/,
    ))

  test.each([
    ['ends with the browser', false],
    ['outlives the browser where that was asked for', true],
  ])('the session %s', (_what, remember) =>
    during({}, async ({ context, page }) => {
      await page.goto(`${shop.origin}/login`)
      await asksForName(page)
      await fillSignIn(page, PERSON, { remember })
      await welcomes(page)
      const session = (await context.cookies(house.issuer)).find(({ name }) => name.endsWith('gh_session'))
      expect(session).toMatchObject({ httpOnly: true, sameSite: 'Lax', path: '/' })
      if (remember) expect(session?.expires).toBeGreaterThan(Date.now() / 1000 + 86_400)
      else expect(session?.expires).toBe(-1)
      // Either way nobody is asked again while it lasts.
      await page.goto(`${shop.origin}/login`)
      await welcomes(page)
    }),
  )

  test('the page speaks a language that the person reads, and says which', () =>
    during(
      { locale: 'en-GB', extraHTTPHeaders: { 'accept-language': 'tlh, en-GB;q=0.8' } },
      async ({ page }) => {
        const answer = page.waitForResponse(/\/interaction\//)
        await page.goto(`${shop.origin}/login`)
        await asksForName(page)
        expect((await answer).headers()['content-language']).toBe('en')
        expect(await page.getAttribute('html', 'lang')).toBe('en')
      },
    ))

  test('a request that can not be trusted ends at a page of ours and leads nowhere', () =>
    during(
      {},
      async ({ page }) => {
        await page.goto(`${shop.origin}/login?redirect_uri=http://evil.example/callback`)
        await page.getByRole('alert').waitFor()
        expect(await page.textContent('code')).toBe('invalid_redirect_uri')
        expect(new URL(page.url()).origin).toBe(house.issuer)
        expect(await page.getByRole('link').count()).toBe(0)
      },
      /status of 400/,
    ))

  test('two tabs that sign in at the same time both arrive', () =>
    during({}, async ({ context, page }) => {
      const other = await context.newPage()
      await page.goto(`${shop.origin}/login`)
      await other.goto(`${shop.origin}/login`)
      await typeIn(other)
      await welcomes(other)
      await typeIn(page)
      await welcomes(page)
    }))
})
