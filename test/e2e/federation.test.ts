/** Two houses and one browser: a person connects what they are at the one with their account at the other. */
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { violations } from '../support/axe.ts'
import { fillSignIn, freePort, startBrowser, visit } from '../support/browser.ts'
import { PERSON, SET_UP } from '../support/flows.ts'
import { type House, openHouse } from '../support/house.ts'

const TIMEOUT = 120_000
const SECRET = 'what the one is known by at the other'
const THERE = { email: 'ada@corp.example', password: 'difference engine 1822' }

let stage: { here: House; there: House; browser: Browser } | undefined
const on = () => {
  if (stage === undefined) throw new Error('the houses are not open')
  return stage
}

beforeAll(async () => {
  const [port, portThere] = [await freePort(), await freePort()]
  // Cookies know no ports: the other one has another name.
  const issuer = `http://127.0.0.1:${portThere}`
  const client = {
    ...{ client_id: 'gatehouse', profile: 'web', client_name: 'Here', client_secret: SECRET },
    ...{ first_party: true, redirect_uris: [`http://localhost:${port}/federation/corp/callback`] },
  }
  const there = await openHouse({
    ...{ storage: 'embedded', browserPort: portThere, env: { ISSUER: issuer } },
    setUp: { version: 1, clients: [client], users: [{ ...THERE, email_verified: true }] },
  })
  const here = await openHouse({
    ...{ storage: 'embedded', browserPort: port, env: { OUTBOUND_ALLOW_PRIVATE: 'true' } },
    setUp: SET_UP,
  })
  await here.apply({
    version: 1,
    connectors: [
      {
        ...{ slug: 'corp', type: 'oidc', name: 'Corp' },
        config: { issuer, client_id: 'gatehouse', client_secret: SECRET },
      },
    ],
  })
  stage = { here, there, browser: await startBrowser() }
}, TIMEOUT)
afterAll(async () => {
  await stage?.browser.close()
  await Promise.all([stage?.here.stop(), stage?.there.stop()])
})

const identities = () => `${on().here.issuer}/account/identities`

async function signOut(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Sign out' }).click()
  await page.getByRole('heading', { name: 'You’re signed out' }).waitFor()
}

it('connected once, it opens the account, and the pages on the way are sound', {
  timeout: TIMEOUT,
}, async () => {
  const { page, context, faults } = await visit(on().browser)
  await page.goto(identities())
  await fillSignIn(page, PERSON)
  await page.getByRole('heading', { name: 'Connected accounts', level: 1 }).waitFor()
  expect(await violations(page, 'light')).toEqual([])

  await page.getByRole('button', { name: 'Connect' }).click()
  // Without a click: the page in between leads on.
  await page.waitForURL(`${on().there.issuer}/**`)
  await fillSignIn(page, THERE)
  await page.getByText('Account connected.').waitFor()
  expect(page.url()).toBe(`${identities()}?done=identity_linked`)
  expect(await page.getByText(THERE.email).count()).toBeGreaterThan(0)

  await signOut(page)
  await page.goto(identities())
  const way = page.getByRole('link', { name: 'Your account at Corp' })
  await way.waitFor()
  expect(await violations(page, 'light')).toEqual([])
  // They are still signed in there, so nobody asks them for anything.
  await way.click()
  await page.getByRole('heading', { name: 'Connected accounts', level: 1 }).waitFor()
  expect(page.url()).toBe(identities())
  expect(faults).toEqual([])
  await context.close()
})

it('without script it goes the same way', { timeout: TIMEOUT }, async () => {
  const { page, context } = await visit(on().browser, { javaScriptEnabled: false })
  await page.goto(identities())
  await page.getByRole('link', { name: 'Your account at Corp' }).click()
  await page.waitForURL(`${on().there.issuer}/**`)
  await fillSignIn(page, THERE)
  await page.getByRole('heading', { name: 'Connected accounts', level: 1 }).waitFor()
  expect(await page.getByText(PERSON.email).count()).toBeGreaterThan(0)
  // A second time it is there already: they are asked who they are there, and told.
  await page.getByRole('button', { name: 'Connect' }).click()
  await page.waitForURL(`${on().there.issuer}/**`)
  await fillSignIn(page, THERE)
  await page.getByText('is connected already').waitFor()
  await page.getByText('Disconnect', { exact: true }).first().click()
  await page.getByRole('button', { name: 'Disconnect' }).click()
  await page.getByText('Account disconnected.').waitFor()
  await signOut(page)

  await page.goto(identities())
  await page.getByRole('link', { name: 'Your account at Corp' }).click()
  await page.getByText('No account here is connected with yours at').waitFor()
  await fillSignIn(page, PERSON)
  await page.getByRole('heading', { name: 'Connected accounts', level: 1 }).waitFor()
  await context.close()
})
