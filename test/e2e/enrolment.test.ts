/** What people add to an account in a real browser, on the way in, and what they begin with. */
import type { BrowserContextOptions, Page } from 'playwright-core'
import { expect, it } from 'vitest'
import { fillSignIn, visit } from '../support/browser.ts'
import { withBrowser } from '../support/browser-house.ts'
import { SET_UP } from '../support/flows.ts'
import { totpCode } from '../support/second-factors.ts'
import { commandWithin } from '../support/within.ts'

const TIMEOUT = 120_000
const PEOPLE = ['key', 'plain'].map((name) => ({
  email: `${name}@example.com`,
  password: `the password of ${name} 1`,
})) as [Person, Person]
type Person = { email: string; password: string }
const [KEY, PLAIN] = PEOPLE

const stage = withBrowser({
  ...SET_UP,
  users: [...SET_UP.users, ...PEOPLE.map((one) => ({ ...one, email_verified: true }))],
  policies: { sign_in: { level: '2fa' } },
})

const USUAL = { hasResidentKey: true, hasUserVerification: true, isUserVerified: true }

/** A person's own device, who confirms at once what it asks. */
async function device() {
  const visitor = await visit(stage.browser)
  const cdp = await visitor.context.newCDPSession(visitor.page)
  await cdp.send('WebAuthn.enable')
  await cdp.send('WebAuthn.addVirtualAuthenticator', {
    options: { ...USUAL, protocol: 'ctap2', transport: 'internal', automaticPresenceSimulation: true },
  })
  return visitor
}

const arrive = async (page: Page, person: Person) => {
  await page.goto(`${stage.house.issuer}/account`)
  await fillSignIn(page, person)
  await page.getByRole('heading', { name: 'Set up a second step' }).waitFor()
}

const keepCodes = async (page: Page) => {
  await page.getByRole('heading', { name: 'Your recovery codes' }).waitFor()
  expect(await page.locator('[data-code]').count()).toBe(10)
  await page.getByRole('button', { name: 'I stored them, continue' }).click()
  await page.getByRole('button', { name: 'Sign out' }).waitFor()
}

it('a passkey is made on the way, and signs in from then on', { timeout: TIMEOUT }, async () => {
  const { page, context, faults } = await device()
  await arrive(page, KEY)
  await page.getByRole('button', { name: 'Add a passkey' }).click()
  await keepCodes(page)
  await page.getByRole('button', { name: 'Sign out' }).click()
  await page.goto(`${stage.house.issuer}/account`)
  await page.getByRole('button', { name: 'Sign out' }).waitFor()
  expect(faults).toEqual([])
  await context.close()
})

it('without script it is an app, and nothing is offered that can’t be pressed', {
  timeout: TIMEOUT,
}, async () => {
  const options: BrowserContextOptions = { javaScriptEnabled: false }
  const { page, context, faults } = await visit(stage.browser, options)
  await arrive(page, PLAIN)
  expect(await page.getByText('Add a passkey').isVisible()).toBe(false)
  expect(await page.getByText('or use an app').isVisible()).toBe(false)
  const secret = ((await page.locator('[data-secret]').textContent()) ?? '').replaceAll(' ', '')
  await page.getByLabel('Code from the app').fill(totpCode(secret))
  await page.getByRole('button', { name: 'Add app' }).click()
  await keepCodes(page)
  expect(faults).toEqual([])
  await context.close()
})

it('somebody new makes a passkey by their link, and signs in with it; without script they set a password', {
  timeout: TIMEOUT,
}, async () => {
  const linkFor = async (name: string) =>
    (await commandWithin(stage.house, ['user', 'create', `${name}@example.com`])).stdout.trim()
  const { page, context, faults } = await device()
  await page.goto(await linkFor('new'))
  await page.getByRole('heading', { name: 'Set up your sign-in' }).waitFor()
  await page.getByRole('button', { name: 'Add a passkey' }).click()
  await page.getByRole('heading', { name: 'Your passkey is ready' }).waitFor()
  await page.getByRole('link', { name: 'Continue' }).click()
  await page.getByRole('button', { name: 'Sign out' }).waitFor()
  expect(faults).toEqual([])
  await context.close()

  const plain = await visit(stage.browser, { javaScriptEnabled: false })
  await plain.page.goto(await linkFor('plainly'))
  expect(await plain.page.getByText('Add a passkey').isVisible()).toBe(false)
  await plain.page.locator('#password').fill('seven looms beside a window')
  await plain.page.getByRole('button', { name: 'Set password' }).click()
  await plain.page.getByRole('heading', { name: 'Your password is set' }).waitFor()
  await plain.context.close()
})
