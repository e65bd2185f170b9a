/** Debian's Apache with mod_auth_openidc as the relying party: what an operator has who never writes a line of code. */
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Apache, startApache } from '../support/apache.ts'
import { fillSignIn, freePort, startBrowser, visit } from '../support/browser.ts'
import { PERSON, SET_UP } from '../support/flows.ts'
import { type House, openHouse } from '../support/house.ts'

const SECRET = 'intranet-secret-0123456789'
let browser: Browser
let house: House
let apache: Apache
let origin: string

beforeAll(async () => {
  const [port, browserPort] = [await freePort(), await freePort()]
  origin = `http://127.0.0.1:${port}`
  const intranet = {
    client_id: 'intranet',
    profile: 'web',
    client_name: 'Intranet',
    client_secret: SECRET,
    first_party: true,
    redirect_uris: [`${origin}/protected/callback`],
    post_logout_redirect_uris: [`${origin}/bye.html`],
  }
  const setUp = { ...SET_UP, clients: [...SET_UP.clients, intranet] }
  house = await openHouse({ storage: 'postgresql', browserPort, setUp })
  apache = await startApache({ port, issuer: house.issuer, clientId: 'intranet', secret: SECRET })
  browser = await startBrowser()
})
afterAll(async () => {
  await browser?.close()
  await apache?.stop()
  await house?.stop()
})

/** Opens the protected page in a browser that has not been here, and signs in. */
async function enter(page: Page): Promise<void> {
  await page.goto(`${origin}/protected/`)
  await fillSignIn(page, PERSON)
}

test('a person signs in, is known to the page behind, and signs out of both', async () => {
  const { page, faults, context } = await visit(browser)
  await enter(page)
  await page.waitForURL(`${origin}/protected/`)
  expect(await page.locator('p').allTextContents()).toEqual([PERSON.email, 'Ada Lovelace'])

  await page.goto(`${origin}/protected/callback?logout=${encodeURIComponent(`${origin}/bye.html`)}`)
  await page.getByRole('button', { name: 'Sign out' }).click()
  await page.getByText('Goodbye').waitFor()
  await page.goto(`${origin}/protected/`)
  await page.getByRole('heading', { name: 'Sign in' }).waitFor()
  expect(faults).toEqual([])
  await context.close()
})

test('who has signed in once is let in again without being asked', async () => {
  const { page, context } = await visit(browser)
  await enter(page)
  await page.waitForURL(`${origin}/protected/`)
  // What Apache knows is forgotten, what Gatehouse knows is not.
  await context.clearCookies({ name: /mod_auth_openidc/ })
  await page.goto(`${origin}/protected/`)
  expect(page.url()).toBe(`${origin}/protected/`)
  expect(await page.textContent('p')).toBe(PERSON.email)
  await context.close()
})

test('the answer to one browser opens nothing to another', async () => {
  const [victim, thief] = await Promise.all([visit(browser), visit(browser)])
  const answer = victim.page.waitForRequest(/\/protected\/callback\?.*code=/)
  await victim.page.route(/\/protected\/callback/, (route) => route.abort())
  await enter(victim.page)
  await thief.page.goto((await answer).url())
  expect(await thief.page.content()).not.toContain(PERSON.email)
  await thief.page.goto(`${origin}/protected/`)
  await thief.page.getByRole('heading', { name: 'Sign in' }).waitFor()
  await Promise.all([victim.context.close(), thief.context.close()])
})
