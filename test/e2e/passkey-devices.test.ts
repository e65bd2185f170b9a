/** One person, several devices: passkeys that come and go on each, and one that was copied. */
import type { CDPSession, Page } from 'playwright-core'
import { expect, it } from 'vitest'
import { fillSignIn } from '../support/browser.ts'
import { withBrowser } from '../support/browser-house.ts'
import { SET_UP } from '../support/flows.ts'
import { trailOf } from '../support/trail.ts'
import {
  holds,
  keep,
  kept,
  type OwnDevice,
  openDevice,
  plugIn,
  signedIn,
  unplug,
  type VirtualAuthenticator,
} from '../support/virtual-authenticator.ts'

const TIMEOUT = 120_000
const SOON = { timeout: 5000 }
const person = (name: string) => ({
  email: `${name}@example.com`,
  email_verified: true,
  password: `a password of ${name}`,
})
const [HEDY, JOAN, RUTH] = [person('hedy'), person('joan'), person('ruth')]

const stage = withBrowser({ ...SET_UP, users: [HEDY, JOAN, RUTH] })

const passkeys = () => `${stage.house.issuer}/account/passkeys`
const idsOn = async (authenticator: VirtualAuthenticator): Promise<string[]> =>
  (await kept(authenticator)).map(({ credentialId }) =>
    Buffer.from(credentialId, 'base64').toString('base64url'),
  )

/** The same telephone beside another browser. */
async function carry(phone: VirtualAuthenticator, cdp: CDPSession): Promise<VirtualAuthenticator> {
  const credentials = await kept(phone)
  await unplug(phone)
  const there = await plugIn(cdp, { transport: 'cable' })
  for (const credential of credentials) await keep(there, credential)
  return there
}

/** Unplugged as soon as it was: a virtual authenticator answers the page with the refusal too, and that one's, for ever. */
async function isRefused({ page, authenticator }: OwnDevice): Promise<void> {
  const refused = page.waitForResponse(
    (answer) => answer.request().method() === 'POST' && answer.status() === 400,
  )
  await page.goto(passkeys())
  await refused
  await unplug(authenticator)
  await page.getByText('That passkey didn’t work here.').waitFor()
}

const listed = (page: Page) => page.locator('ul.lines > li').count()

it('a telephone signs in on a second device, which gets a passkey of its own; each then signs in alone', {
  timeout: TIMEOUT,
}, async () => {
  const [first, second] = [await openDevice(stage.browser), await openDevice(stage.browser)]
  // The first device has nothing built in: the passkey is made on the telephone beside it.
  await unplug(first.authenticator)
  let phone = await plugIn(first.cdp, { transport: 'cable' })
  await first.page.goto(passkeys())
  await fillSignIn(first.page, HEDY)
  await first.page.getByRole('button', { name: 'Add a passkey' }).click()
  await first.page.getByText('Passkey added.').waitFor()

  phone = await carry(phone, second.cdp)
  await second.page.goto(passkeys())
  await signedIn(second.page)
  phone = await carry(phone, first.cdp)
  await second.page.getByRole('button', { name: 'Add a passkey' }).click()
  await second.page.getByText('Passkey added.').waitFor()
  expect(await listed(second.page)).toBe(2)
  expect((await idsOn(second.authenticator)).length + (await idsOn(phone)).length).toBe(2)

  await second.page.getByRole('button', { name: 'Sign out' }).click()
  await second.page.goto(passkeys())
  await signedIn(second.page)
  await first.page.getByRole('button', { name: 'Sign out' }).click()
  await first.page.goto(passkeys())
  await first.page.getByRole('button', { name: 'A passkey' }).click()
  await signedIn(first.page)
  expect(await listed(first.page)).toBe(2)
  expect([...first.faults, ...second.faults]).toEqual([])
  for (const { context } of [first, second]) await context.close()
})

it('what is removed is forgotten by the browser where it is done, and by the others when they come by', {
  timeout: TIMEOUT,
}, async () => {
  const [first, second] = [await openDevice(stage.browser), await openDevice(stage.browser)]
  await holds(stage.house, first.authenticator, JOAN.email)
  const there = await holds(stage.house, second.authenticator, JOAN.email)
  for (const { page } of [first, second]) {
    await page.goto(passkeys())
    await signedIn(page)
    expect(await listed(page)).toBe(2)
  }
  const remove = async (page: Page, id: string) => {
    const form = page.locator(`form[data-removes="${id}"]`)
    await page.locator('li', { has: form }).locator('summary').click()
    await form.getByRole('button').click()
    await page.getByText('Passkey removed.').waitFor()
  }
  // On the first device, and the second one hears of it from the list of those that are left.
  await remove(first.page, there.id)
  expect(await idsOn(second.authenticator)).toEqual([there.id])
  await second.page.goto(passkeys())
  await expect.poll(() => idsOn(second.authenticator), SOON).toEqual([])
  // With the last one no list is left: it is named.
  const [here = ''] = await idsOn(first.authenticator)
  await remove(first.page, here)
  await expect.poll(() => idsOn(first.authenticator), SOON).toEqual([])
  expect([...first.faults, ...second.faults]).toEqual([])
  for (const { context } of [first, second]) await context.close()
})

it('A-505 of a passkey that was copied neither signs in again, and its person is told what to do', {
  timeout: TIMEOUT,
}, async () => {
  const [own, thief] = [await openDevice(stage.browser), await openDevice(stage.browser)]
  await holds(stage.house, own.authenticator, RUTH.email)
  const [before] = await kept(own.authenticator)
  if (before === undefined) throw new Error('there is nothing to copy')
  for (let visits = 0; visits < 2; visits++) {
    await own.page.goto(passkeys())
    await signedIn(own.page)
    await own.page.getByRole('button', { name: 'Sign out' }).click()
  }
  // Copied when it had signed nothing yet: its next signature is the first, and there were two.
  await keep(thief.authenticator, before)
  await isRefused(thief)
  const reasons = (await trailOf(stage.house))
    .filter(({ event }) => event.type === 'login.failed')
    .map(({ event }) => event['reason'])
  expect(reasons).toContain('clone_suspected')
  await isRefused(own)

  // By password, as if there were no passkey: what may be a copy proves nothing.
  await own.page.goto(passkeys())
  await fillSignIn(own.page, RUTH)
  await own.page.getByText('There may be a copy of this passkey').waitFor()
  await own.context.close()
  await thief.context.close()
})
