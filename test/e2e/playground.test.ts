/** The playground in a real browser against a real server: the demo as a newcomer finds it after the first start. */
import { readFile } from 'node:fs/promises'
import { request as httpRequest } from 'node:http'
import { join } from 'node:path'
import type { Browser, BrowserContextOptions, Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { gallery } from '../../src/pages/gallery.ts'
import { mailGallery } from '../../src/pages/mail-gallery.ts'
import { violations } from '../support/axe.ts'
import { fillSignIn, freePort, startBrowser } from '../support/browser.ts'
import { type House, openHouse } from '../support/house.ts'

const TIMEOUT = 120_000
const EMAIL = 'demo@example.com'
const PASSWORD = 'correct horse battery staple'
/** A refused request is what some of these tests want to see; Chromium complains of each. */
const REFUSED = /^Failed to load resource: the server responded with a status of 40[01]/

let browser: Browser
let house: House

beforeAll(async () => {
  // Wide enough that a slow machine still sends its repeat within it.
  house = await openDemo({ REFRESH_REUSE_GRACE: '60s' })
  browser = await startBrowser()
}, TIMEOUT)

afterAll(async () => {
  await browser.close()
  await house.stop()
})

const openDemo = async (env: Record<string, string>): Promise<House> =>
  openHouse({ storage: 'embedded', browserPort: await freePort(), env })

interface Visit {
  page: Page
  /** What the browser complained of, and requests to elsewhere. */
  faults: string[]
  /** Everything that this browser sent and got. */
  wire: Promise<string>[]
}

async function visit(
  { issuer }: House,
  path = '/playground',
  options: BrowserContextOptions = {},
): Promise<Visit> {
  const context = await browser.newContext(options)
  const page = await context.newPage()
  const faults: string[] = []
  const wire: Promise<string>[] = []
  page.on('console', (message) => message.type() === 'error' && faults.push(message.text()))
  page.on('pageerror', (error) => faults.push(error.message))
  page.on('request', (request) => {
    if (new URL(request.url()).origin !== issuer) faults.push(request.url())
    wire.push(Promise.resolve(`${request.url()} ${request.postData()}`))
  })
  // A redirect has no body to read.
  page.on('response', (response) => wire.push(response.text().catch(() => '')))
  await page.goto(issuer + path)
  return { page, faults, wire }
}

const button = (page: Page, name: string): Locator => page.getByRole('button', { name, exact: true })

/** What can be read in a place, folded parts left out. */
const words = async (place: Locator): Promise<string> => (await place.allInnerTexts()).join('\n')

/** What a step showed last. */
const last = (page: Page, step: string): Promise<string> => words(page.locator(`#${step} .run`).last())

async function act(page: Page, name: string, step: string): Promise<string> {
  const before = await page.locator(`#${step} .run`).count()
  await button(page, name).click()
  await page.locator(`#${step} .run`).nth(before).waitFor()
  return last(page, step)
}

async function signIn(page: Page): Promise<void> {
  await button(page, 'Sign in').click()
  await page.waitForURL(/\/interaction\//)
  await fillSignIn(page, { email: EMAIL, password: PASSWORD })
  await button(page, 'Allow').click()
  await page.locator('#access .run').waitFor()
}

const unfold = (page: Page): Promise<void> =>
  page.evaluate("for (const part of document.querySelectorAll('details')) part.open = true")

async function secretOf(clientId: string): Promise<string> {
  const demo = JSON.parse(await readFile(join(house.dataDir, 'demo.json'), 'utf8')) as {
    clients: { client_id: string; client_secret?: string }[]
  }
  const secret = demo.clients.find((client) => client.client_id === clientId)?.client_secret
  if (secret === undefined) throw new Error(`no secret of ${clientId}`)
  return secret
}

describe('the playground', () => {
  it(
    'signs a newcomer in with one click, shows every token checked, and signs out',
    async () => {
      const { page, faults } = await visit(house)
      await signIn(page)
      for (const step of ['discovery', 'authorize', 'callback', 'exchange', 'id-token', 'access']) {
        expect(await page.locator(`#${step}`).getAttribute('data-state')).toBe('done')
      }
      expect(page.url(), 'the code has left the address').toBe(`${house.issuer}/playground`)
      expect(await page.evaluate('document.activeElement.closest("section").id')).toBe('access')
      expect(await last(page, 'exchange')).toMatch(/Refresh token\s+Opaque[^\n]*\s+ghr_/)
      const idToken = await last(page, 'id-token')
      expect(idToken).toContain('Signature good, by a published key')
      expect(idToken).toMatch(/exp\s+\d+\s+\d+ \w+ \d{4} at [\d:]+ UTC, in 15 minutes/)
      expect(await last(page, 'access')).toContain(EMAIL)

      expect(await act(page, 'Refresh', 'refresh')).toContain('the refresh token was replaced')
      const repeated = await act(page, 'Send the old one again', 'refresh')
      expect(repeated).toContain('the same refresh token as before')
      expect(await act(page, 'Get a token as demo-service', 'service')).toContain('notes')

      await button(page, 'Sign out').click()
      await page.locator('button[name=logout]').click()
      await page.getByText('Signed out').first().waitFor()
      expect(await page.locator('#logout').getAttribute('data-state')).toBe('done')
      expect(await button(page, 'Refresh').isVisible()).toBe(false)
      expect(faults).toEqual([])
    },
    TIMEOUT,
  )

  it(
    'keeps the secret of the confidential client on the server, and no token in the log',
    async () => {
      const { page, faults, wire } = await visit(house)
      await page.getByText('Change the request', { exact: true }).click()
      await page.getByRole('radio', { name: /demo-web/ }).check()
      await page.getByRole('checkbox', { name: /Push the request/ }).check()
      await page.getByLabel('Response mode').selectOption('form_post')
      await signIn(page)
      expect(await last(page, 'id-token')).toContain('meant for demo-web')
      await act(page, 'Refresh', 'refresh')
      expect(await act(page, 'Introspect access token', 'inspect')).toMatch(/active\s+true/)
      await act(page, 'Revoke refresh token', 'inspect')
      expect(await act(page, 'Introspect refresh token', 'inspect')).toContain('not active')
      await act(page, 'Get a token as demo-service', 'service')
      await unfold(page)
      const shown = await words(page.locator('main'))
      const tokens = [...shown.matchAll(/ghr_[\w-]{20,}|"access_token": "([^"]+)"/g)]
      expect(tokens.length).toBeGreaterThan(3)
      const seen = (await Promise.all(wire)).join('\n')
      expect(seen, 'tokens pass here').toContain(tokens[0]?.[0])
      for (const client of ['demo-web', 'demo-service']) {
        const secret = await secretOf(client)
        expect(seen).not.toContain(secret)
        expect(house.log()).not.toContain(secret)
      }
      expect(seen, 'credentials of HTTP Basic').not.toMatch(/Basic [\w+/=]{8,}/)
      for (const [token, access = token] of tokens) expect(house.log()).not.toContain(access)
      expect(faults).toEqual([])
    },
    TIMEOUT,
  )

  it(
    'calls the notes API with an access token for it, from choices that a link brings',
    async () => {
      const resource = `${house.issuer}/playground/api`
      const choices = new URLSearchParams([
        ...Object.entries({ client: 'demo-spa', prompt: 'login consent', response_mode: 'query', resource }),
        ['resource-scope', 'notes:read'],
      ])
      const { page, faults } = await visit(house, `/playground?${choices}`)
      await signIn(page)
      const text = await last(page, 'access')
      expect(text).toContain('The notes API let it in')
      expect(text).toMatch(/aud\s+\S+\/playground\/api/)
      expect(text).toMatch(/Writing\s+not allowed/)
      expect(await button(page, 'Refresh').getAttribute('aria-disabled')).toBe('true')
      expect(await words(page.locator('#refresh-why'))).toContain('offline_access')
      expect(faults).toEqual([])
    },
    TIMEOUT,
  )

  it(
    'A-131 refuses an answer to another request, and goes on with its own',
    async () => {
      const { page } = await visit(house)
      await page.getByText('Change the request', { exact: true }).click()
      await act(page, 'Build the request, don’t leave', 'authorize')
      await page.goto(`${house.issuer}/playground/callback?code=made-up&state=made-up&iss=${house.issuer}`)
      await page.locator('#callback .run').waitFor()
      expect(await page.locator('#callback').getAttribute('data-state')).toBe('refused')
      expect(await page.locator('#exchange .run').count()).toBe(0)
      await button(page, 'Go to the server').click()
      await page.waitForURL(/\/interaction\//)
    },
    TIMEOUT,
  )

  it(
    'is accessible in light and dark, and fits a phone, before and after',
    async () => {
      const { page } = await visit(house, '/playground', { viewport: { width: 320, height: 640 } })
      const look = async (): Promise<void> => {
        await unfold(page)
        expect(await violations(page, 'light')).toEqual([])
        expect(await violations(page, 'dark')).toEqual([])
        expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(320)
      }
      await look()
      await page.reload()
      await signIn(page)
      await act(page, 'Refresh', 'refresh')
      await look()
      await page.setViewportSize({ width: 1280, height: 900 })
      expect(await violations(page, 'light')).toEqual([])
    },
    TIMEOUT,
  )

  it('says without JavaScript that it needs it', async () => {
    const { page, faults } = await visit(house, '/playground', { javaScriptEnabled: false })
    expect(await page.locator('noscript p').isVisible()).toBe(true)
    expect(await button(page, 'Sign in').isVisible()).toBe(false)
    expect(faults).toEqual([])
  })
})

it(
  'shows a reuse that ends everything',
  async () => {
    const strict = await openDemo({ REFRESH_REUSE_GRACE: '0s' })
    try {
      const { page, faults } = await visit(strict)
      await signIn(page)
      expect(await act(page, 'Refresh', 'refresh')).toContain('counts as reuse')
      const reuse = await act(page, 'Send the old one again', 'refresh')
      expect(reuse).toContain('the server ended every token')
      expect(reuse).toMatch(/Newest token\s+invalid_grant/)
      expect(await act(page, 'Ask again', 'access')).toContain('invalid_token')
      expect(faults.filter((fault) => !REFUSED.test(fault))).toEqual([])
    } finally {
      await strict.stop()
    }
  },
  TIMEOUT,
)

/** As it stands: `fetch` would not let a test choose `Host`. */
function ask(
  path: string,
  {
    method = 'GET',
    headers = {},
    body = '',
  }: { method?: string; headers?: Record<string, string>; body?: string },
): Promise<{ status: number; location: string | undefined; text: string }> {
  const { hostname, port } = new URL(house.nodes[0]?.url ?? '')
  return new Promise((resolve, reject) => {
    const request = httpRequest({ hostname, port, path, method, headers }, async (response) => {
      const text = Buffer.concat(await response.toArray()).toString()
      resolve({ status: response.statusCode ?? 0, location: response.headers.location, text })
    })
    request.on('error', reject).end(body)
  })
}

describe('A-907 the playground is not there', () => {
  const ADDRESSES = [
    ['GET', '/playground'],
    ['GET', '/playground/callback'],
    ['POST', '/playground/callback'],
    ['GET', '/playground/api/notes'],
    ['POST', '/playground/api/introspect'],
    ['GET', '/dev/pages'],
    ['GET', '/dev/pages/page/sign-in'],
  ] as const
  const form = { 'content-type': 'application/x-www-form-urlencoded' }

  it.each(ADDRESSES)('%s %s for a foreign name, or behind a proxy', async (method, path) => {
    const host = new URL(house.issuer).host
    for (const headers of [
      { host: 'evil.example' },
      { host: `evil.example:${new URL(house.issuer).port}` },
      { host, 'x-forwarded-for': '127.0.0.1' },
      { host, forwarded: 'for=127.0.0.1' },
      { host, 'x-forwarded-host': host },
    ]) {
      expect((await ask(path, { method, headers: { ...form, ...headers } })).status).toBe(404)
    }
    expect((await ask(path, { method, headers: { host, ...form } })).status).not.toBe(404)
  })

  it('but leads this machine’s other names to the issuer’s', async () => {
    const { status, location } = await ask('/playground', { headers: { host: '127.0.0.1' } })
    expect({ status, location }).toEqual({ status: 302, location: `${house.issuer}/playground` })
  })
})

describe('the server side of the playground', () => {
  const post = (call: string, body: string, over: Record<string, string> = {}) => {
    const { host } = new URL(house.issuer)
    const headers = { host, origin: house.issuer, 'content-type': 'application/json', ...over }
    return ask(`/playground/api/${call}`, { method: 'POST', headers, body })
  }
  const errorOf = ({ text }: { text: string }): unknown => (JSON.parse(text) as { error?: unknown }).error

  it.each([
    ['another site', { origin: 'https://evil.example' }],
    ['another site, by Fetch Metadata', { 'sec-fetch-site': 'cross-site' }],
    ['a sandboxed frame', { origin: 'null' }],
  ])('refuses a request from %s', async (_, over) => {
    const answer = await post('introspect', '{"token":"x"}', over)
    expect([answer.status, errorOf(answer)]).toEqual([403, 'forbidden'])
  })

  it.each([
    ['a call that it does not know', 'constructor', '{}', {}, 404],
    ['what is no JSON', 'introspect', '{', {}, 400],
    ['a field too many', 'introspect', '{"token":"x","client_id":"demo-spa"}', {}, 400],
    ['a field too few', 'refresh', '{}', {}, 400],
    ['more than 10 kB', 'introspect', `{"token":"${'x'.repeat(10_240)}"}`, {}, 413],
    ['a form', 'introspect', 'token=x', { 'content-type': 'application/x-www-form-urlencoded' }, 415],
  ])('refuses %s, in JSON whatever is accepted', async (_, call, body, over, status) => {
    const answer = await post(call, body, { accept: 'text/html', ...over })
    expect([answer.status, typeof errorOf(answer)]).toEqual([status, 'string'])
  })

  it('lets nobody read notes without a token that is good for them', async () => {
    const { host } = new URL(house.issuer)
    for (const authorization of ['Bearer made-up', 'Bearer e30.e30.e30', 'Basic ZGVtbzpkZW1v']) {
      expect((await ask('/playground/api/notes', { headers: { host, authorization } })).status).toBe(401)
    }
    expect((await ask('/playground/api/notes', { headers: { host } })).status).toBe(401)
  })
})

describe('the gallery', () => {
  const get = (path: string) => ask(path, { headers: { host: new URL(house.issuer).host } })

  it('shows every page and mail in every state, each at an address of its own', async () => {
    const { text } = await get('/dev/pages?ui_locales=de')
    const listed = [...text.matchAll(/href="(\/dev\/pages\/[^"?]+)\?ui_locales=de&amp;theme=system"/g)]
    expect(listed.length).toBe(gallery.length + 2 * mailGallery.length)
    const kinds = [
      ['/dev/pages/page/consent.full', '<html lang="de" dir="ltr">'],
      ['/dev/pages/mail/noticed', '<html lang="de" dir="ltr">'],
      ['/dev/pages/mail-text/noticed', 'Ihr Konto wurde'],
    ] as const
    for (const [path, says] of kinds) {
      expect(listed.map(([, address]) => address)).toContain(path)
      const page = await get(`${path}?ui_locales=de`)
      expect([path, page.status, page.text.includes(says)]).toEqual([path, 200, true])
    }
    for (const path of [
      '/dev/pages/page/nothing',
      '/dev/pages/mail/nothing',
      '/dev/pages/style/odd/assets/x.css',
    ])
      expect([path, (await get(path)).status]).toEqual([path, 404])
  })

  it('shows it in the theme that is chosen, whatever the system’s', async () => {
    const { page, faults } = await visit(house, '/dev/pages', { colorScheme: 'light' })
    const ground = () => page.evaluate('getComputedStyle(document.body).color')
    await page.getByRole('link', { name: 'dark' }).click()
    await page.waitForURL(/theme=dark/)
    await page.locator('a[href*="/page/sign-in?"]').click()
    await page.waitForURL(/page\/sign-in/)
    expect(await ground()).toBe('rgb(237, 237, 234)')
    await page.goto(page.url().replace('theme=dark', 'theme=light'))
    await page.emulateMedia({ colorScheme: 'dark' })
    expect(await ground()).toBe('rgb(22, 31, 38)')
    expect(faults).toEqual([])
  })

  it('is accessible in light and dark', async () => {
    const { page } = await visit(house, '/dev/pages')
    expect(await violations(page, 'light')).toEqual([])
    expect(await violations(page, 'dark')).toEqual([])
  })
})
