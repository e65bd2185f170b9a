/** Passkeys in a real browser, with a virtual authenticator (WebAuthn Level 3 §11). */
import { expect, it } from 'vitest'
import { createAuthenticator } from '../support/authenticator.ts'
import { visit } from '../support/browser.ts'
import { withBrowser } from '../support/browser-house.ts'
import { PERSON, SET_UP } from '../support/flows.ts'
import { withPasskey } from '../support/passkeys.ts'
import { holds, isPresent, openDevice, signedIn } from '../support/virtual-authenticator.ts'

const TIMEOUT = 120_000
const GRACE = { email: 'grace@example.com', password: 'nanosecond wire 1906' }
const HEDY = { email: 'hedy@example.com', password: 'frequency hopping 1942' }

const stage = withBrowser({ ...SET_UP, users: [...SET_UP.users, { ...HEDY, email_verified: true }] })

it('signs in by the browser’s own list, without a name or a press', { timeout: TIMEOUT }, async () => {
  const here = await openDevice(stage.browser)
  await holds(stage.house, here.authenticator, PERSON.email)
  await here.page.goto(`${stage.house.issuer}/account`)
  await signedIn(here.page)
  expect(await here.page.getByText(PERSON.email).count()).toBeGreaterThan(0)
  expect(here.faults).toEqual([])
  await here.context.close()
})

it('waits with a way out, says when nothing came of it, and is the second factor after a password', {
  timeout: TIMEOUT,
}, async () => {
  const here = await openDevice(stage.browser, { present: false })
  const { page, authenticator } = here
  await holds(stage.house, authenticator, GRACE.email)
  await page.goto(`${stage.house.issuer}/account`)
  await page.locator('#username').fill(GRACE.email)
  await page.getByRole('button', { name: 'Continue' }).click()
  await page.locator('#password').fill(GRACE.password)
  await page.getByRole('button', { name: 'Sign in', exact: true }).click()
  await page.getByRole('heading', { name: 'Use your passkey' }).waitFor()
  await page.getByRole('button', { name: 'Use a passkey' }).click()
  await page.getByText('Waiting for your device').waitFor()
  await page.getByRole('button', { name: 'Cancel' }).click()
  await page.getByText('No passkey was used').waitFor()
  await isPresent(authenticator, true)
  await page.getByRole('button', { name: 'Use a passkey' }).click()
  await signedIn(page)
  expect(here.faults).toEqual([])
  await here.context.close()
})

it('without script the page says so and offers nothing that can’t be pressed', {
  timeout: TIMEOUT,
}, async () => {
  const { page, context } = await visit(stage.browser, { javaScriptEnabled: false })
  await withPasskey(stage.house, GRACE.email, createAuthenticator({ origin: stage.house.issuer }))
  await page.goto(`${stage.house.issuer}/account`)
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
  const { page, context, faults } = await openDevice(stage.browser)
  await page.goto(`${stage.house.issuer}/account/passkeys`)
  await page.locator('#username').fill(HEDY.email)
  await page.getByRole('button', { name: 'Continue' }).click()
  await page.locator('#password').fill(HEDY.password)
  await page.getByRole('button', { name: 'Sign in', exact: true }).click()
  await page.getByRole('button', { name: 'Add a passkey' }).click()
  await page.getByText('Passkey added.').waitFor()
  await page.getByRole('button', { name: 'Sign out' }).click()
  await page.goto(`${stage.house.issuer}/account/passkeys`)
  await signedIn(page)
  await page.locator('details.change summary').click()
  await page.getByRole('button', { name: 'Remove', exact: true }).click()
  await page.getByText('Passkey removed.').waitFor()
  expect(faults).toEqual([])
  await context.close()
})
