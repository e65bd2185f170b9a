/** An authenticator app and recovery codes in a real browser: scanned, shown, printed, and signed in with. */
import type { Page } from 'playwright-core'
import decodeQR from 'qr/decode.js'
import { expect, it } from 'vitest'
import { fillSignIn, visit } from '../support/browser.ts'
import { withBrowser } from '../support/browser-house.ts'
import { SET_UP } from '../support/flows.ts'
import { totpCode } from '../support/second-factors.ts'

const TIMEOUT = 120_000
const PEOPLE = ['scans', 'types'].map((name) => ({
  email: `${name}@example.com`,
  password: `the password of ${name} 1`,
})) as [Person, Person]
type Person = { email: string; password: string }

const stage = withBrowser({
  ...SET_UP,
  users: [...SET_UP.users, ...PEOPLE.map((one) => ({ ...one, email_verified: true }))],
})

/** As a camera sees it: what the picture on the page says. */
async function scanned(page: Page): Promise<URL> {
  const shot = await page.locator('.qr').screenshot({ type: 'png' })
  const pixels = await page.evaluate(
    `(async () => {
      const bytes = Uint8Array.from(atob('${shot.toString('base64')}'), (c) => c.charCodeAt(0))
      const bitmap = await createImageBitmap(new Blob([bytes], { type: 'image/png' }))
      const context = new OffscreenCanvas(bitmap.width, bitmap.height).getContext('2d')
      context.drawImage(bitmap, 0, 0)
      const { data } = context.getImageData(0, 0, bitmap.width, bitmap.height)
      return { width: bitmap.width, height: bitmap.height, data: [...data] }
    })()`,
  )
  const { width, height, data } = pixels as { width: number; height: number; data: number[] }
  return new URL(String(decodeQR({ width, height, data: Uint8Array.from(data) })))
}

const atAuthenticator = async (person: Person, options: Parameters<typeof visit>[1]) => {
  const visitor = await visit(stage.browser, options)
  await visitor.page.goto(`${stage.house.issuer}/account/authenticator`)
  await fillSignIn(visitor.page, person)
  await visitor.page.getByRole('heading', { name: 'Add an authenticator app' }).waitFor()
  return visitor
}

const secretOn = async (page: Page): Promise<string> =>
  ((await page.locator('[data-secret]').textContent()) ?? '').replaceAll(' ', '')

const signOut = async (page: Page): Promise<void> => {
  await page.getByRole('button', { name: 'Sign out' }).click()
  await page.getByRole('heading', { name: 'You’re signed out' }).waitFor()
}

it('a picture is scanned in the dark, its code confirmed, and both kinds of code sign in', {
  timeout: TIMEOUT,
}, async () => {
  const [person] = PEOPLE
  const { page, context, faults } = await atAuthenticator(person, { colorScheme: 'dark' })
  const address = await scanned(page)
  const secret = address.searchParams.get('secret') ?? ''
  expect([address.protocol, address.searchParams.get('issuer')]).toEqual([
    'otpauth:',
    new URL(stage.house.issuer).host,
  ])
  expect(decodeURIComponent(address.pathname)).toContain(person.email)
  expect(await secretOn(page)).toBe(secret)
  await page.getByLabel('Code from the app').fill(totpCode(secret))
  await page.getByRole('button', { name: 'Add app' }).click()
  await page.getByRole('button', { name: 'Make recovery codes' }).click()
  const codes = await page.locator('[data-code]').allInnerTexts()
  expect(codes).toHaveLength(10)
  const [saved] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Download' }).click(),
  ])
  const file = (await (await saved.createReadStream()).toArray()).join('')
  expect(file).toBe(`${codes.join('\n')}\n`)
  await page.emulateMedia({ media: 'print' })
  expect(await page.locator('.print', { hasText: person.email }).isVisible()).toBe(true)
  expect(await page.getByRole('button').count()).toBe(0)
  await page.emulateMedia({ media: 'screen' })
  await page.getByRole('button', { name: 'I stored them' }).click()
  await page.getByText('10 of 10 left').waitFor()

  for (const code of [totpCode(secret, 1), codes[0] ?? '']) {
    await signOut(page)
    await page.goto(`${stage.house.issuer}/account`)
    await fillSignIn(page, person)
    if (code.length > 6) await page.getByRole('button', { name: 'A recovery code' }).click()
    await page.locator('#code').fill(code)
    await page.getByRole('button', { name: 'Verify' }).click()
    await page.getByRole('button', { name: 'Sign out' }).waitFor()
  }
  expect(await page.getByText('9 of 10 left').count()).toBe(1)
  expect(faults).toEqual([])
  await context.close()
})

it('all of it works without script', { timeout: TIMEOUT }, async () => {
  const [, person] = PEOPLE
  const { page, context } = await atAuthenticator(person, { javaScriptEnabled: false })
  const secret = await secretOn(page)
  await page.getByLabel('Code from the app').fill(totpCode(secret))
  await page.getByRole('button', { name: 'Add app' }).click()
  await page.getByRole('button', { name: 'Make recovery codes' }).click()
  expect(await page.locator('[data-code]').count()).toBe(10)
  await page.getByRole('button', { name: 'I stored them' }).click()
  await page.goto(`${stage.house.issuer}/account/authenticator`)
  await page.locator('summary.button').click()
  await page.getByRole('button', { name: 'Remove' }).click()
  await page.getByRole('heading', { name: 'Add an authenticator app' }).waitFor()
  await context.close()
})
