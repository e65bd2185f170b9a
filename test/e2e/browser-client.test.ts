/** The browser package in a real browser against a real server: both ways to sign in, and what must not happen. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import type { ServerResponse } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { calculateJwkThumbprint, decodeProtectedHeader, importJWK, type JWK, jwtVerify } from 'jose'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type * as Package from '../../packages/browser/src/index.ts'
import { fillSignIn, freePort, startBrowser } from '../support/browser.ts'
import { type ClientPages, startClientPages } from '../support/client-pages.ts'
import { PERSON } from '../support/flows.ts'
import { type House, openHouse } from '../support/house.ts'
import { totpCode, withTotp } from '../support/second-factors.ts'
import { commandWithin } from '../support/within.ts'

let browser: Browser
let house: House
let pages: ClientPages

const LISTED = '192.0.2.66'
const folder = mkdtempSync(join(tmpdir(), 'gatehouse-client-'))
writeFileSync(join(folder, 'addresses.txt'), `${LISTED}\n`)

beforeAll(async () => {
  pages = await startClientPages()
  house = await openHouse({
    storage: 'embedded',
    browserPort: await freePort(),
    env: {
      FIRST_PARTY_ORIGINS: pages.origin,
      ...{ TRUST_PROXY: '1', ADDRESS_REPUTATION: join(folder, 'addresses.txt') },
    },
    setUp: {
      version: 1,
      clients: [
        {
          client_id: 'spa',
          profile: 'spa',
          first_party: true,
          redirect_uris: [`${pages.origin}/`],
          post_logout_redirect_uris: [`${pages.origin}/`],
          scope: 'openid profile email offline_access',
        },
      ],
      users: [
        { email: PERSON.email, email_verified: true, name: 'Ada Lovelace', password: PERSON.password },
        { ...GRACE, email_verified: true, name: 'Grace Hopper' },
        { ...MARY, email_verified: true, name: 'Mary Somerville' },
        { ...CY, email_verified: false },
        { ...EVE, email_verified: false },
      ],
    },
  })
  browser = await startBrowser()
}, 120_000)

afterAll(async () => {
  await browser.close()
  await house.stop()
  await pages.stop()
  rmSync(folder, { recursive: true })
})

/** All that a person has is ended in one go, and a sign-in within the second after that too: each test ends its own. */
const GRACE = { email: 'grace@example.com', password: 'nanosecond wire 1906' }
const CY = { email: 'cy@example.com', password: 'a password of cy' }
const EVE = { email: 'eve@example.com', password: 'a password of eve' }
const MARY = { email: 'mary@example.com', password: 'connexion of the sciences 1834' }

type Options = Partial<Package.GatehouseOptions>
declare global {
  // What the page has.
  var createGatehouse: typeof Package.createGatehouse
  var gatehouse: Package.Gatehouse
  var isReady: boolean
  var seen: string[]
}

/** An application's page with the package started; `options` besides the issuer. */
async function open(context: BrowserContext, options: Options = {}, path = '/'): Promise<Page> {
  const page = await context.newPage()
  await page.goto(pages.origin + path)
  await take(page, options)
  return page
}

async function take(page: Page, options: Options = {}): Promise<Package.Session> {
  await page.waitForFunction(() => globalThis.isReady)
  return page.evaluate(
    async (given) => {
      globalThis.gatehouse = createGatehouse(given)
      return globalThis.gatehouse.start()
    },
    { issuer: house.issuer, origins: [pages.origin], ...options },
  )
}

const session = (page: Page) => page.evaluate(() => gatehouse.getSession())
const token = (page: Page) => page.evaluate(() => gatehouse.getAccessToken())
const renewed = (page: Page) => page.evaluate(() => gatehouse.getAccessToken({ minValidity: 3600 }))
const codeOf = (page: Page, work: () => Promise<unknown>): Promise<unknown> =>
  page.evaluate(`(${work.toString()})().then(() => 'done', (error) => error.code ?? String(error))`)

const signInHere = (page: Page, person = PERSON) =>
  page.evaluate(({ email, password }) => gatehouse.signInWithPassword({ username: email, password }), person)

/** How often the server was asked to refresh. */
function countRefreshes(context: BrowserContext): { count: number } {
  const seen = { count: 0 }
  context.on('request', (request) => {
    if (request.method() === 'POST' && request.url().endsWith('/auth/refresh')) seen.count++
  })
  return seen
}

describe('by the first-party API', () => {
  it('signs in, is told who that is, survives a reload, and signs out', async () => {
    const context = await browser.newContext()
    const page = await open(context)
    expect(await session(page)).toEqual({ status: 'signed-out', reason: 'none' })
    expect(await signInHere(page)).toEqual({ status: 'signed-in' })
    expect(await page.evaluate(() => gatehouse.getUser())).toMatchObject({ email: PERSON.email })

    await page.reload()
    expect(await take(page)).toEqual({ status: 'signed-in' })
    await page.evaluate(() => gatehouse.signOut())
    expect(await session(page)).toEqual({ status: 'signed-out', reason: 'signed-out' })
    expect(await codeOf(page, () => gatehouse.getAccessToken())).toBe('signed_out')
    await page.reload()
    expect(await take(page)).toEqual({ status: 'signed-out', reason: 'none' })
    await context.close()
  })

  it('says what the server says of a wrong password, and asks it once', async () => {
    const context = await browser.newContext()
    const page = await open(context)
    const asked: string[] = []
    page.on('response', (response) => {
      if (response.request().method() === 'POST') asked.push(`${response.status()}`)
    })
    const wrong = () => gatehouse.signInWithPassword({ username: 'ada@example.com', password: 'wrong' })
    expect(await codeOf(page, wrong)).toBe('invalid_credentials')
    // The first one only brings the nonce for the proof.
    expect(asked).toEqual(['400', '401'])
    await context.close()
  })

  it('goes on with another factor where one is not enough', async () => {
    const secret = await withTotp(house, CY.email)
    const context = await browser.newContext()
    const page = await open(context)
    const refused = await page.evaluate(
      ({ email, password }) =>
        gatehouse
          .signInWithPassword({ username: email, password })
          .catch(({ code, details }) => ({ code, ...details })),
      CY,
    )
    expect(refused).toMatchObject({ code: 'mfa_required', methods: ['totp'] })
    expect(await session(page)).toEqual({ status: 'signed-out', reason: 'none' })
    const answer = (code: string) =>
      page.evaluate(
        (typed) => gatehouse.answer({ method: 'totp', code: typed }).catch((error) => error.code),
        code,
      )
    // An app has nothing to ask.
    expect(await page.evaluate(() => gatehouse.challenge('totp'))).toBe(null)
    expect(await answer('000000')).toBe('invalid_code')
    expect(await answer(totpCode(secret))).toEqual({ status: 'signed-in' })
    expect(await page.evaluate(() => gatehouse.getUser())).toMatchObject({ email: CY.email })
    await page.reload()
    expect(await take(page)).toEqual({ status: 'signed-in' })
    // Nothing is asked any more.
    expect(await answer(totpCode(secret))).toBe('invalid_mfa_token')
    await context.close()
  })

  it('proves more where a refresh is odd, and stays signed in meanwhile', async () => {
    const context = await browser.newContext()
    const [page, other] = [await open(context), await open(context)]
    await signInHere(page, EVE)
    await expect.poll(async () => (await session(other)).status).toBe('signed-in')
    const secret = await withTotp(house, EVE.email)
    for (const one of [page, other])
      await one.evaluate(() => {
        globalThis.seen = []
        gatehouse.subscribe(() => globalThis.seen.push(gatehouse.getSession().status))
      })
    await context.route('**/auth/*', (route) =>
      route.continue({ headers: { ...route.request().headers(), 'x-forwarded-for': LISTED } }),
    )
    const former = await token(page)
    const again = () => gatehouse.getAccessToken({ minValidity: 3600 })
    expect(await codeOf(page, again)).toBe('step_up_required')
    expect(await token(page)).toBe(former)
    const code = totpCode(secret)
    expect(await page.evaluate((typed) => gatehouse.answer({ method: 'totp', code: typed }), code)).toEqual({
      status: 'signed-in',
    })
    expect(await token(page)).not.toBe(former)
    await expect.poll(() => token(other)).toBe(await token(page))
    for (const one of [page, other])
      expect(new Set(await one.evaluate(() => globalThis.seen))).toEqual(new Set(['signed-in']))
    await context.close()
  })

  it('nothing that could be replayed is kept where scripts can read it', async () => {
    const context = await browser.newContext()
    const page = await open(context)
    await signInHere(page)
    const accessToken = await token(page)
    const kept = await page.evaluate(async () => {
      const request = indexedDB.open('gatehouse')
      await new Promise((resolve) => {
        request.onsuccess = resolve
      })
      const all = request.result.transaction('gatehouse').objectStore('gatehouse').getAll()
      await new Promise((resolve) => {
        all.onsuccess = resolve
      })
      const [{ key }] = all.result as [{ key: CryptoKeyPair }]
      const exported = await crypto.subtle.exportKey('jwk', key.privateKey).then(
        () => 'the key came out',
        () => 'the key stays',
      )
      const { localStorage: local, sessionStorage: tab } = globalThis
      return {
        exported,
        texts: [JSON.stringify(all.result), JSON.stringify(local), JSON.stringify(tab), document.cookie],
      }
    })
    expect(kept.exported).toBe('the key stays')
    for (const text of kept.texts) expect(text).not.toMatch(/ghr_|refreshToken":"/)
    expect(kept.texts.join()).not.toContain(accessToken)
    await context.close()
  })

  it('all pages of a browser have one token, and the end of the session is heard in all', async () => {
    const context = await browser.newContext()
    const refreshes = countRefreshes(context)
    const [first, ...others] = [await open(context), await open(context), await open(context)]
    await signInHere(first)
    await expect.poll(async () => (await session(others[0])).status).toBe('signed-in')
    const tokens = await Promise.all([first, ...others].map(token))
    expect(new Set(tokens).size).toBe(1)
    expect(refreshes.count).toBe(0)

    // All of them at once.
    const next = await Promise.all([first, ...others].map(renewed))
    expect(new Set(next).size).toBe(1)
    expect(next).not.toContain(tokens[0])
    // The first try brings the nonce, where the page has none yet.
    expect(refreshes.count).toBeLessThanOrEqual(2)

    // One that comes later asks the others, not the server.
    const before = refreshes.count
    expect(await token(await open(context))).toBe(next[0])
    expect(refreshes.count).toBe(before)
    await others[1].evaluate(() => gatehouse.signOut())
    await expect.poll(() => session(first)).toEqual({ status: 'signed-out', reason: 'signed-out' })
    await context.close()
  })

  it('who signs in over somebody else is a session of their own in all pages', async () => {
    const context = await browser.newContext()
    const [page, other] = [await open(context), await open(context)]
    await signInHere(page)
    await expect.poll(async () => (await session(other)).status).toBe('signed-in')
    await other.evaluate(() => {
      globalThis.seen = []
      gatehouse.subscribe(() => globalThis.seen.push(gatehouse.getSession().status))
    })
    await signInHere(page, GRACE)
    await expect.poll(() => other.evaluate(() => globalThis.seen)).toEqual(['signed-out', 'signed-in'])
    expect(await other.evaluate(() => gatehouse.getUser())).toMatchObject({ email: GRACE.email })
    await context.close()
  })

  it('goes on when answers are lost or the server is busy, and never repeats a refusal', async () => {
    const context = await browser.newContext()
    const page = await open(context)
    await signInHere(page, GRACE)
    const former = await token(page)
    const faults = ['lost', 'busy', 'cut'] as const
    let at = 0
    await context.route('**/auth/refresh', async (route) => {
      const fault = faults[at++]
      if (fault === undefined || route.request().method() !== 'POST') return route.continue()
      if (fault === 'busy') return route.fulfill({ status: 503, headers: { 'retry-after': '0' } })
      if (fault === 'lost') await route.fetch()
      return route.abort('connectionreset')
    })
    expect(await renewed(page)).not.toBe(former)
    expect(at).toBeGreaterThan(3)

    await context.unroute('**/auth/refresh')
    await commandWithin(house, ['sessions', 'revoke', '--user', GRACE.email])
    const refreshes = countRefreshes(context)
    await expect
      .poll(() => codeOf(page, () => gatehouse.getAccessToken({ minValidity: 3600 })))
      .toBe('signed_out')
    expect(await session(page)).toEqual({ status: 'signed-out', reason: 'ended' })
    const asked = refreshes.count
    expect(await codeOf(page, () => gatehouse.getAccessToken())).toBe('signed_out')
    expect(refreshes.count).toBe(asked)
    await context.close()
  })

  it('a stolen cookie alone refreshes nothing, and the owner goes on', async () => {
    const [own, thief] = [await browser.newContext(), await browser.newContext()]
    const page = await open(own)
    await signInHere(page)
    await thief.addCookies(await own.cookies())
    const theirs = await open(thief, { dpop: false })
    expect(await session(theirs)).toMatchObject({ status: 'signed-out' })
    expect(await renewed(page)).toBeTruthy()
    await own.close()
    await thief.close()
  })

  it('signs out everywhere', async () => {
    const [here, there] = [await browser.newContext(), await browser.newContext()]
    const [page, other] = [await open(here), await open(there)]
    await signInHere(page, MARY)
    await signInHere(other, MARY)
    await page.evaluate(() => gatehouse.signOut({ everywhere: true }))
    const again = () => gatehouse.getAccessToken({ minValidity: 3600 })
    await expect.poll(() => codeOf(other, again)).toBe('signed_out')
    await here.close()
    await there.close()
  })
})

describe('requests with the token', () => {
  it('go to listed origins alone, each with a proof for it', async () => {
    const context = await browser.newContext()
    const page = await open(context)
    await signInHere(page)
    const accessToken = await token(page)
    pages.answerNext((res) =>
      res.writeHead(401, { 'www-authenticate': 'DPoP error="use_dpop_nonce"', 'dpop-nonce': 'n-1' }).end(),
    )
    const before = pages.calls.length
    const body = await page.evaluate(async () =>
      (await gatehouse.fetch('/api/orders?id=7', { method: 'POST', body: 'two' })).text(),
    )
    expect(body).toBe('{}')
    const [, call] = pages.calls.slice(before)
    expect(call).toMatchObject({ method: 'POST', url: '/api/orders?id=7', body: 'two' })
    expect(call?.headers.authorization).toBe(`DPoP ${accessToken}`)
    const proof = String(call?.headers['dpop'])
    const { jwk } = decodeProtectedHeader(proof)
    const { payload } = await jwtVerify(proof, await importJWK(jwk as JWK, 'ES256'), { typ: 'dpop+jwt' })
    expect(payload).toMatchObject({ htm: 'POST', htu: `${pages.origin}/api/orders`, nonce: 'n-1' })
    expect(payload['ath']).toEqual(expect.any(String))
    expect(await calculateJwkThumbprint(jwk as JWK)).toEqual(expect.any(String))

    // Not a listed origin, though it is the server itself.
    const sent = page.waitForRequest((request) => request.url().endsWith('/healthz'))
    await page.evaluate((issuer) => gatehouse.fetch(`${issuer}/healthz`).catch(() => {}), house.issuer)
    expect((await sent).headers()).not.toHaveProperty('authorization')
    await context.close()
  })

  it('are sent again once with another token when it was refused, and follow no redirect', async () => {
    const context = await browser.newContext()
    const page = await open(context)
    await signInHere(page)
    const refuse = (res: ServerResponse) =>
      res.writeHead(401, { 'www-authenticate': 'DPoP error="invalid_token"' }).end()
    const before = pages.calls.length
    pages.answerNext(refuse)
    expect(await page.evaluate(async () => (await gatehouse.fetch('/api/a')).status)).toBe(200)
    pages.answerNext(refuse)
    pages.answerNext(refuse)
    expect(await page.evaluate(async () => (await gatehouse.fetch('/api/b')).status)).toBe(401)
    const tokens = pages.calls.slice(before).map(({ headers }) => headers.authorization)
    expect(new Set(tokens).size).toBe(3)
    expect(tokens).toHaveLength(4)

    pages.answerNext((res) => res.writeHead(302, { location: 'https://elsewhere.example/' }).end())
    const redirected = await codeOf(page, () => gatehouse.fetch('/api/c'))
    expect(redirected).toContain('Failed to fetch')
    await context.close()
  })
})

describe('by redirect', () => {
  const SPA: Options = { clientId: 'spa' }

  /** Through the sign-in page and back, to another page of the application. */
  async function signInThere(page: Page): Promise<void> {
    await page.evaluate(() => {
      gatehouse.signIn({ returnTo: '/inside?tab=2#here' }).catch(() => {})
    })
    await fillSignIn(page, PERSON)
    await page.waitForURL(`${pages.origin}/**`)
    await take(page, { ...SPA, redirectUri: `${pages.origin}/` })
  }

  it('signs in, comes back to where it was, refreshes with its key, survives a reload, signs out', async () => {
    const context = await browser.newContext()
    const page = await open(context, SPA)
    expect(await session(page)).toEqual({ status: 'signed-out', reason: 'none' })
    await signInThere(page)
    expect(page.url()).toBe(`${pages.origin}/inside?tab=2#here`)
    expect(await session(page)).toMatchObject({
      status: 'signed-in',
      claims: { iss: house.issuer, aud: 'spa' },
    })
    expect(await page.evaluate(() => gatehouse.getUser())).toMatchObject({ email: PERSON.email })
    const former = await token(page)
    expect(await renewed(page)).not.toBe(former)

    await page.reload()
    expect(await take(page, SPA)).toMatchObject({ status: 'signed-in' })
    await page.evaluate(() => gatehouse.signOut())
    expect(await session(page)).toEqual({ status: 'signed-out', reason: 'signed-out' })
    await context.close()
  })

  it('takes no answer that is not one to what it asked', async () => {
    const context = await browser.newContext()
    const page = await open(context, SPA)
    for (const query of [
      'code=x&state=y',
      'error=access_denied&state=y',
      `code=x&state=y&iss=${house.issuer}`,
    ]) {
      await page.goto(`${pages.origin}/?${query}`)
      expect(await take(page, SPA)).toEqual({ status: 'signed-out', reason: 'none' })
      expect(page.url()).toBe(`${pages.origin}/`)
    }
    await page.evaluate(() =>
      sessionStorage.setItem('mine', JSON.stringify({ verifier: 'v', nonce: 'n', returnTo: '/' })),
    )
    await page.goto(`${pages.origin}/?code=x&state=mine&iss=https://evil.example`)
    await page.waitForFunction(() => globalThis.isReady)
    expect(
      await page.evaluate(
        (issuer) =>
          createGatehouse({ issuer, clientId: 'spa' })
            .start()
            .catch((error: { code: string }) => error.code),
        house.issuer,
      ),
    ).toBe('invalid_answer')
    expect(
      await codeOf(page, () =>
        createGatehouse({ issuer: 'https://x.example', clientId: 'x' }).signIn({
          returnTo: 'https://evil.example/',
        }),
      ),
    ).toBe('foreign_return')
    await context.close()
  })

  it('an API that wants another sign-in gets one', async () => {
    const context = await browser.newContext()
    const page = await open(context, SPA)
    await signInThere(page)
    pages.answerNext((res) =>
      res
        .writeHead(401, { 'www-authenticate': 'DPoP error="insufficient_user_authentication", max_age="0"' })
        .end(),
    )
    const asked = page.waitForRequest((request) => request.url().includes('/oauth2/authorize'))
    await page.evaluate(() => {
      gatehouse.fetch('/api/pay').catch(() => {})
    })
    const { searchParams } = new URL((await asked).url())
    expect(Object.fromEntries(searchParams)).toMatchObject({ max_age: '0', code_challenge_method: 'S256' })
    await page.locator('input[name=username]').waitFor()
    await context.close()
  })
})

describe('where it can not work it says why', () => {
  it.each([
    ['insecure_context', () => Object.defineProperty(globalThis, 'isSecureContext', { value: false })],
    ['unsupported_browser', () => Object.defineProperty(navigator, 'locks', { value: undefined })],
    [
      'storage_blocked',
      () =>
        Object.defineProperty(globalThis, 'indexedDB', {
          get: () => {
            throw new DOMException('denied', 'SecurityError')
          },
        }),
    ],
  ])('%s', async (code, spoil) => {
    const context = await browser.newContext()
    await context.addInitScript(`(${spoil.toString()})()`)
    const page = await context.newPage()
    await page.goto(pages.origin)
    await page.waitForFunction(() => globalThis.isReady)
    const said = await page.evaluate(async (issuer) => {
      const client = createGatehouse({ issuer })
      return client.start().then(
        () => ['started'],
        (error: { code: string; message: string }) => [error.code, error.message, client.getSession().status],
      )
    }, house.issuer)
    expect(said).toEqual([code, expect.stringMatching(/\w+ \w+/), 'signed-out'])
    await context.close()
  })
})
