/** What people do, and see, at a page of the example. */
import type { Page } from 'playwright-core'
import { fillSignIn } from './browser.ts'
import { PERSON } from './flows.ts'

export const ADA = { ...PERSON, name: 'Ada Lovelace' }
export const GRACE = { email: 'grace@example.com', password: 'nanosecond wire 1906', name: 'Grace Hopper' }
export const MARY = { email: 'mary@example.com', password: 'physical sciences 1834', name: 'Mary Somerville' }

export const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true })

export const signedIn = (page: Page, { name } = ADA) => page.getByRole('heading', { name }).waitFor()
export const signedOut = (page: Page) => page.getByRole('heading', { name: 'Sign in' }).waitFor()

export const refreshed = (page: Page, times: number) =>
  page
    .locator('[data-shows=refreshed]')
    .getByText(times === 1 ? 'once' : `${times} times`, { exact: true })
    .waitFor()

/** An API takes its token. */
export async function goesOn(page: Page): Promise<void> {
  await button(page, 'Call').click()
  await page.getByText('Answered 200').waitFor()
}

export async function signIn(page: Page, { email, password } = ADA): Promise<void> {
  await page.getByLabel('Email address').fill(email)
  await page.getByLabel('Password').fill(password)
  await button(page, 'Sign in').click()
}

/** From the button to the way back; who signed in before is asked for consent alone. */
export async function throughTheIssuer(page: Page, decision: string): Promise<void> {
  const { origin } = new URL(page.url())
  await button(page, 'Continue').click()
  await page.waitForURL('**/interaction/*')
  if (await page.locator('#username').isVisible()) await fillSignIn(page, ADA)
  await button(page, decision).click()
  await page.waitForURL(`${origin}/**`)
}
