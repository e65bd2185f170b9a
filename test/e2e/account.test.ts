/** The pages of the account in a real browser, as somebody without script has them. */
import { expect, it } from 'vitest'
import { violations } from '../support/axe.ts'
import { fillSignIn, visit } from '../support/browser.ts'
import { withBrowser } from '../support/browser-house.ts'
import { PERSON, SET_UP } from '../support/flows.ts'

const TIMEOUT = 120_000

const stage = withBrowser(SET_UP)

async function signedInAt(path: string, options: Parameters<typeof visit>[1] = { javaScriptEnabled: false }) {
  const visitor = await visit(stage.browser, options)
  const { page } = visitor
  await page.goto(stage.house.issuer + path)
  await fillSignIn(page, PERSON)
  await page.getByRole('button', { name: 'Sign out' }).waitFor()
  return visitor
}

it('a deep link is kept through the sign-in, its fragment too', { timeout: TIMEOUT }, async () => {
  const { page, context, faults } = await signedInAt('/account?from=mail#you')
  expect(page.url()).toBe(`${stage.house.issuer}/account?from=mail#you`)
  expect(faults).toEqual([])
  await context.close()
})

it('A-604 after signing out, going back shows nothing of the account', { timeout: TIMEOUT }, async () => {
  const { page, context } = await signedInAt('/account')
  expect(await page.getByText(PERSON.email).count()).toBeGreaterThan(0)
  await page.getByRole('button', { name: 'Sign out' }).click()
  await page.getByRole('heading', { name: 'You’re signed out' }).waitFor()
  await page.goBack()
  await page.getByRole('heading', { name: 'Sign in' }).waitFor()
  expect(await page.getByText(PERSON.email).count()).toBe(0)
  await context.close()
})

it('every page has nothing that axe-core objects to', { timeout: TIMEOUT }, async () => {
  const { page, context, faults } = await signedInAt('/account', {})
  const hrefs = await page
    .locator('nav a')
    .evaluateAll((links) => links.map((link) => link.getAttribute('href')))
  for (const href of hrefs) {
    await page.goto(stage.house.issuer + href)
    expect(await violations(page, 'light'), String(href)).toEqual([])
  }
  expect([hrefs[0], faults]).toEqual(['/account', []])
  await context.close()
})
