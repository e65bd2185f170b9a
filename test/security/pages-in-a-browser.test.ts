import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { fillSignIn, freePort, startBrowser, visit } from '../support/browser.ts'
import { APP, authorizationRequest, PERSON, SET_UP } from '../support/flows.ts'
import { type House, openHouse } from '../support/house.ts'
import { GRACE } from './browsers.ts'
import { type Elsewhere, openElsewhere } from './elsewhere.ts'

const HOSTILE = `"onmouseover=alert(1) '</title><script>alert(2)</script><img src=x onerror=alert(3)>`

let browser: Browser
let elsewhere: Elsewhere
let house: House
let client: { clientId: string; redirectUri: string }
let asking: typeof client
let bye: string

beforeAll(async () => {
  ;[browser, elsewhere] = await Promise.all([startBrowser(), openElsewhere()])
  client = { clientId: 'near', redirectUri: `${elsewhere.origin}/cb` }
  asking = { ...client, clientId: 'asking' }
  bye = `${elsewhere.origin}/bye`
  const near = {
    client_id: 'near',
    profile: 'spa',
    redirect_uris: [client.redirectUri],
    post_logout_redirect_uris: [bye],
    first_party: true,
  }
  const setUp = {
    ...SET_UP,
    clients: [
      ...SET_UP.clients.map((known) =>
        known.client_id === APP.clientId ? { ...known, client_name: HOSTILE } : known,
      ),
      near,
      { ...near, client_id: 'asking', first_party: false },
    ],
    users: SET_UP.users.map((user) => (user.email === PERSON.email ? { ...user, name: HOSTILE } : user)),
  }
  house = await openHouse({ storage: 'postgresql', setUp, browserPort: await freePort() })
})
afterEach(async () => {
  elsewhere.callbacks.length = 0
  for (const context of browser.contexts()) await context.close()
})
afterAll(async () => {
  await Promise.all([browser?.close(), house?.stop()])
  elsewhere?.stop()
})

/** A window, and all that it complained about or loaded from elsewhere. */
async function openWindow(): Promise<{ page: Page; faults: string[] }> {
  const { page, faults } = await visit(browser)
  page.on('dialog', (dialog) => {
    faults.push(`dialog: ${dialog.message()}`)
    void dialog.dismiss()
  })
  page.on('request', (request) => {
    if (!request.isNavigationRequest() && !request.url().startsWith(house.issuer)) faults.push(request.url())
  })
  return { page, faults }
}

const at = (path: string): string => new URL(path, house.issuer).href
const open = (page: Page, over: Record<string, string> = {}, rp = client) =>
  page.goto(at(authorizationRequest(rp, over).url))
const logoutAt = (parameters: Record<string, string>): string =>
  at(`/oauth2/logout?${new URLSearchParams({ client_id: 'near', ...parameters })}`)

const signIn = (page: Page, person = PERSON): Promise<void> => fillSignIn(page, person)
const allow = (page: Page) => page.getByRole('button', { name: 'Allow', exact: true })
const back = (page: Page) => page.waitForURL((url) => url.href.split('?')[0] === client.redirectUri)

it('A-821 A-822 A-823 hostile names and parameters are text, and nothing runs', async () => {
  const { page, faults } = await openWindow()
  const isSane = async (): Promise<void> => {
    const strange = page.locator('script:not([src]), [onmouseover], [onerror], img[src=x], style')
    expect([await strange.count(), (await page.title()).includes('alert')]).toEqual([0, false])
  }
  await open(page, { login_hint: HOSTILE, state: HOSTILE, ui_locales: HOSTILE }, APP)
  await isSane()
  expect(await page.getByLabel('Email address').inputValue()).toBe(HOSTILE)
  await page.goto(`${page.url()}?ui_locales=${encodeURIComponent(HOSTILE)}#${encodeURIComponent(HOSTILE)}`)
  await isSane()
  await signIn(page)
  await allow(page).waitFor()
  await isSane()
  expect(await page.getByRole('heading', { level: 1 }).textContent()).toContain('<script>alert(2)</script>')
  await page.goto(at(`/oauth2/logout?client_id=app&state=${encodeURIComponent(HOSTILE)}`))
  await isSane()
  expect(faults).toEqual([])
  await open(page, { redirect_uri: `https://evil.example/${HOSTILE}` }, APP)
  await isSane()
  // What Chromium says of a page that is an error, and nothing else.
  expect(faults).toEqual(['Failed to load resource: the server responded with a status of 400 (Bad Request)'])
})

it('A-133 a page of ours stays blank in a frame, even of a neighbour on the same host', async () => {
  const { page } = await openWindow()
  await open(page, {}, APP)
  await signIn(page)
  await allow(page).waitFor()
  const consent = page.url()
  await page.goto(elsewhere.frame(consent))
  const [, frame] = page.frames()
  expect(await frame?.locator('button, form').count()).toBe(0)
  await page.goto(consent)
  expect(await allow(page).count()).toBe(1)
})

it('A-153 the client learns nothing by the referrer, and form_post reaches it', async () => {
  const { page, faults } = await openWindow()
  await open(page)
  await signIn(page)
  await back(page)
  await open(page, { response_mode: 'form_post', state: HOSTILE })
  await back(page)
  expect(elsewhere.callbacks.map(({ method, referer }) => [method, referer])).toEqual([
    ['GET', undefined],
    ['POST', undefined],
  ])
  const sent = new URLSearchParams(elsewhere.callbacks[1]?.body)
  expect([[...sent.keys()], sent.get('state')]).toEqual([['code', 'state', 'iss'], HOSTILE])
  expect(faults).toEqual([])
})

it('A-144 somebody else can sign in, and comes to the client', async () => {
  const { page, faults } = await openWindow()
  await open(page)
  await signIn(page, GRACE)
  await back(page)
  await open(page, { prompt: 'login' })
  await signIn(page)
  await back(page)
  expect([elsewhere.callbacks.length, faults]).toEqual([2, []])
})

it('A-144 who is asked in the name of somebody else signs in as themselves, and allows nothing for the other', async () => {
  const { page, faults } = await openWindow()
  await open(page, {}, asking)
  await signIn(page)
  await allow(page).waitFor()
  await page.getByRole('button', { name: 'Not you?' }).click()
  await signIn(page, GRACE)
  await allow(page).waitFor()
  expect(await page.locator('.chip').textContent()).toContain(GRACE.email)
  await allow(page).click()
  await back(page)
  await open(page, { prompt: 'login' }, asking)
  await signIn(page)
  await allow(page).waitFor()
  expect([elsewhere.callbacks.length, faults]).toEqual([1, []])
})

it('A-319 neither a picture nor a form elsewhere signs anybody out', async () => {
  const { page } = await openWindow()
  await open(page)
  await signIn(page)
  await back(page)
  await page.goto(elsewhere.attack(at('/oauth2/logout')))
  await page.getByRole('button').click()
  await page.waitForURL((url) => url.href.startsWith(at('/oauth2/logout')))
  await open(page, { prompt: 'none' })
  await back(page)
  expect(new URL(page.url()).searchParams.has('code')).toBe(true)
})

it('A-320 whoever confirms is signed out, and comes to the address of the client, signed in or not', async () => {
  const { page, faults } = await openWindow()
  await open(page)
  await signIn(page)
  await back(page)
  await page.goto(logoutAt({ post_logout_redirect_uri: bye, state: HOSTILE }))
  await page.getByRole('button', { name: 'Sign out' }).click()
  await page.waitForURL((url) => url.href.startsWith(bye))
  expect(new URL(page.url()).searchParams.get('state')).toBe(HOSTILE)
  await page.goto(logoutAt({ post_logout_redirect_uri: bye, state: 'again' }))
  await page.waitForURL((url) => url.href.startsWith(bye))
  expect(faults).toEqual([])
})
