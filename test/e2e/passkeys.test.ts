/** Passkeys in a real browser, with a virtual authenticator (WebAuthn Level 3 §11). */
import type { Browser, CDPSession, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createAuthenticator } from '../support/authenticator.ts'
import { freePort, startBrowser, visit } from '../support/browser.ts'
import { PERSON, SET_UP } from '../support/flows.ts'
import { type House, openHouse } from '../support/house.ts'
import { withPasskey } from '../support/passkeys.ts'

const TIMEOUT = 120_000
const GRACE = { email: 'grace@example.com', password: 'nanosecond wire 1906' }
const HEDY = { email: 'hedy@example.com', password: 'frequency hopping 1942' }

let browser: Browser
let house: House

beforeAll(async () => {
  house = await openHouse({
    storage: 'embedded',
    browserPort: await freePort(),
    setUp: { ...SET_UP, users: [...SET_UP.users, { ...HEDY, email_verified: true }] },
  })
  browser = await startBrowser()
}, TIMEOUT)

afterAll(async () => {
  await browser?.close()
  await house?.stop()
})

const USUAL = { hasResidentKey: true, hasUserVerification: true, isUserVerified: true }

/** A person's own device: `present`: they confirm at once what it asks. */
async function device({ present = true }: { present?: boolean } = {}) {
  const visitor = await visit(browser)
  const cdp = await visitor.context.newCDPSession(visitor.page)
  await cdp.send('WebAuthn.enable')
  const { authenticatorId } = await cdp.send('WebAuthn.addVirtualAuthenticator', {
    options: { ...USUAL, protocol: 'ctap2', transport: 'internal', automaticPresenceSimulation: present },
  })
  return { ...visitor, cdp, authenticatorId }
}

/** A passkey that was made here before. */
async function holds({ cdp, authenticatorId }: { cdp: CDPSession; authenticatorId: string }, email: string) {
  const made = await withPasskey(house, email, createAuthenticator({ origin: house.issuer }))
  const standard = (text: string) => Buffer.from(text, 'base64url').toString('base64')
  await cdp.send('WebAuthn.addCredential', {
    authenticatorId,
    credential: {
      ...{ credentialId: standard(made.id), userHandle: standard(made.userHandle), rpId: 'localhost' },
      ...{ isResidentCredential: true, signCount: 0, privateKey: made.privateKey.toString('base64') },
    },
  })
  return made
}

const signedIn = (page: Page) => page.getByRole('button', { name: 'Sign out' }).waitFor()

it('signs in by the browser’s own list, without a name or a press', { timeout: TIMEOUT }, async () => {
  const here = await device()
  await holds(here, PERSON.email)
  await here.page.goto(`${house.issuer}/account`)
  await signedIn(here.page)
  expect(await here.page.getByText(PERSON.email).count()).toBeGreaterThan(0)
  expect(here.faults).toEqual([])
  await here.context.close()
})

it('waits with a way out, says when nothing came of it, and is the second factor after a password', {
  timeout: TIMEOUT,
}, async () => {
  const here = await device({ present: false })
  const { page, cdp, authenticatorId } = here
  await holds(here, GRACE.email)
  await page.goto(`${house.issuer}/account`)
  await page.locator('#username').fill(GRACE.email)
  await page.getByRole('button', { name: 'Continue' }).click()
  await page.locator('#password').fill(GRACE.password)
  await page.getByRole('button', { name: 'Sign in', exact: true }).click()
  await page.getByRole('heading', { name: 'Use your passkey' }).waitFor()
  await page.getByRole('button', { name: 'Use a passkey' }).click()
  await page.getByText('Waiting for your device').waitFor()
  await page.getByRole('button', { name: 'Cancel' }).click()
  await page.getByText('No passkey was used').waitFor()
  await cdp.send('WebAuthn.setAutomaticPresenceSimulation', { authenticatorId, enabled: true })
  await page.getByRole('button', { name: 'Use a passkey' }).click()
  await signedIn(page)
  expect(here.faults).toEqual([])
  await here.context.close()
})

it('without script the page says so and offers nothing that can’t be pressed', {
  timeout: TIMEOUT,
}, async () => {
  const { page, context } = await visit(browser, { javaScriptEnabled: false })
  await withPasskey(house, GRACE.email, createAuthenticator({ origin: house.issuer }))
  await page.goto(`${house.issuer}/account`)
  expect(await page.getByText('or use').isVisible()).toBe(false)
  await page.locator('#username').fill(GRACE.email)
  await page.getByRole('button', { name: 'Continue' }).click()
  await page.locator('#password').fill(GRACE.password)
  await page.getByRole('button', { name: 'Sign in', exact: true }).click()
  await page.locator('noscript p').waitFor()
  expect(await page.getByRole('button', { name: 'Use a passkey' }).count()).toBe(0)
  await context.close()
})

it('is made on the page for it, signs in from then on, and is gone once removed', {
  timeout: TIMEOUT,
}, async () => {
  const { page, context, faults } = await device()
  await page.goto(`${house.issuer}/account/passkeys`)
  await page.locator('#username').fill(HEDY.email)
  await page.getByRole('button', { name: 'Continue' }).click()
  await page.locator('#password').fill(HEDY.password)
  await page.getByRole('button', { name: 'Sign in', exact: true }).click()
  await page.getByRole('button', { name: 'Add a passkey' }).click()
  await page.getByText('Passkey added.').waitFor()
  await page.getByRole('button', { name: 'Sign out' }).click()
  await page.goto(`${house.issuer}/account/passkeys`)
  await signedIn(page)
  await page.locator('details.change summary').click()
  await page.getByRole('button', { name: 'Remove', exact: true }).click()
  await page.getByText('Passkey removed.').waitFor()
  expect(faults).toEqual([])
  await context.close()
})
