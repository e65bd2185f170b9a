/** Passkeys that a browser keeps by itself after a password, and the offer where it can't, as people see them. */
import type { Page } from 'playwright-core'
import { expect, it } from 'vitest'
import { createAuthenticator, type Options } from '../support/authenticator.ts'
import { fillSignIn, visit } from '../support/browser.ts'
import { withBrowser } from '../support/browser-house.ts'
import { authorizationRequest, PORTAL, SET_UP } from '../support/flows.ts'
import { openDevice, signedIn } from '../support/virtual-authenticator.ts'
import { within } from '../support/within.ts'

const TIMEOUT = 120_000
const SOON = { timeout: 5000 }
const person = (name: string) => ({
  email: `${name}@example.com`,
  email_verified: true,
  password: `a password of ${name}`,
})
const [KATE, LISE, MARY, NELL] = [person('kate'), person('lise'), person('mary'), person('nell')]

const stage = withBrowser({ ...SET_UP, users: [KATE, LISE, MARY, NELL] })

const OFFER = 'Sign in without your password'
const passkeysOf = ({ email }: typeof KATE) =>
  within(stage.house, async ({ accounts: { users, credentials } }) => {
    const account = await users.findByEmailKey(email)
    const all = account === undefined ? [] : await credentials.of(account.id)
    return all.filter(({ method }) => method === 'passkey').map(({ data }) => data['id'])
  })

const KEEPS = `
  const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer)))
    .replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
  const create = navigator.credentials.create.bind(navigator.credentials)
  navigator.credentials.create = async (given) => {
    if (given.mediation !== 'conditional') return create(given)
    const { challenge, rp, user } = given.publicKey
    const made = await keepPasskey({ challenge: text(challenge), rp: { id: rp.id }, user: { id: text(user.id) } })
    return { id: made.id, toJSON: () => made }
  }
`

/** What a browser with a password manager does: Chromium has it, but keeps nothing for a virtual authenticator. */
async function keepsPasskeys(page: Page, authenticator: ReturnType<typeof createAuthenticator>) {
  const asked: Options[] = []
  await page.exposeFunction('keepPasskey', (options: Options) => {
    asked.push(options)
    return authenticator.make(options, { flags: 0 })
  })
  await page.addInitScript({ content: KEEPS })
  return asked
}

/** A browser that can't keep one by itself, as most can't. */
const keepsNothing = (page: Page) =>
  page.addInitScript({
    content: 'PublicKeyCredential.getClientCapabilities = async () => ({ conditionalCreate: false })',
  })

/** How much has moved since the page was there (Layout Instability). */
const shifted = (page: Page): Promise<number> =>
  page.evaluate(`new Promise((resolve) => {
    let moved = 0
    const add = (list) => list.getEntries().forEach(({ value }) => (moved += value))
    new PerformanceObserver(add).observe({ type: 'layout-shift', buffered: true })
    requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(() => resolve(moved))))
  })`)

it('a browser that can keeps one after a password, without a word, on the page that was wanted', {
  timeout: TIMEOUT,
}, async () => {
  const { page, context, faults } = await visit(stage.browser)
  const authenticator = createAuthenticator({ origin: stage.house.issuer })
  const asked = await keepsPasskeys(page, authenticator)
  await page.goto(`${stage.house.issuer}/account/sessions`)
  await fillSignIn(page, KATE)
  await signedIn(page)
  await expect.poll(() => passkeysOf(KATE), SOON).toEqual([authenticator.id])
  expect(new URL(page.url()).pathname).toBe('/account/sessions')
  // Once: neither the next page nor the next one asks again, and nobody is offered what they have.
  await page.goto(`${stage.house.issuer}/account`)
  expect(await page.getByText(OFFER).count()).toBe(0)
  await page.goto(`${stage.house.issuer}/account/passkeys`)
  await page.getByText('Your browser kept it when you signed in.').waitFor()
  expect([asked.length, faults]).toEqual([1, []])
  await context.close()
})

it('it keeps one on the page where an application is allowed, too', { timeout: TIMEOUT }, async () => {
  const { page, context, faults } = await visit(stage.browser)
  const authenticator = createAuthenticator({ origin: stage.house.issuer })
  await keepsPasskeys(page, authenticator)
  await page.goto(new URL(authorizationRequest(PORTAL).url, stage.house.issuer).href)
  await fillSignIn(page, NELL)
  await page.getByRole('button', { name: 'Allow', exact: true }).waitFor()
  await expect.poll(() => passkeysOf(NELL), SOON).toEqual([authenticator.id])
  expect(faults).toEqual([])
  await context.close()
})

it('where the browser can’t, its person is asked on the overview, at once, and not again after “not now”', {
  timeout: TIMEOUT,
}, async () => {
  const { page, context, faults } = await visit(stage.browser)
  await keepsNothing(page)
  await page.goto(`${stage.house.issuer}/account`)
  await fillSignIn(page, LISE)
  await page.getByText(OFFER).waitFor()
  expect(await shifted(page)).toBe(0)
  await page.getByRole('button', { name: 'Not now' }).click()
  await page.getByText('You aren’t asked again here for 90 days.').waitFor()
  await page.goto(`${stage.house.issuer}/account`)
  await signedIn(page)
  expect([await page.getByText(OFFER).count(), faults]).toEqual([0, []])
  await context.close()
})

it('a press on the offer makes one; where the browser was asked in vain, the offer comes with the next visit', {
  timeout: TIMEOUT,
}, async () => {
  const { page, context, faults } = await openDevice(stage.browser)
  await page.goto(`${stage.house.issuer}/account`)
  await fillSignIn(page, MARY)
  await signedIn(page)
  // Chromium can, and is asked first.
  expect(await page.getByText(OFFER).count()).toBe(0)
  await page.reload()
  await page.getByRole('button', { name: 'Add a passkey' }).click()
  await page.getByText('Passkey added.').waitFor()
  expect([new URL(page.url()).pathname, (await passkeysOf(MARY)).length]).toEqual(['/account/passkeys', 1])
  expect(faults).toEqual([])
  await context.close()
})
