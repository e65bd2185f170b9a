import { Redis } from 'ioredis'
import { describe, expect, it, vi } from 'vitest'
import { isSignedIn, signedIn } from '../security/browsers.ts'
import { call, introspect, isActive, OTHER_API } from '../security/probes.ts'
import { login, refreshBy, tokenOf } from '../support/first-party.ts'
import { agentOf, OWN, PERSON, PORTAL, refresh, signIn } from '../support/flows.ts'
import type { House } from '../support/house.ts'
import { onBothStorages } from '../support/on-every-storage.ts'
import { trailOf } from '../support/trail.ts'
import { commandWithin } from '../support/within.ts'

const revoke = async (house: House, ...whose: string[]): Promise<string> => {
  const { stderr } = await commandWithin(house, ['sessions', 'revoke', ...whose])
  expect(stderr).toMatch(/nded/)
  return stderr
}

interface Row {
  email: string
  client_id: string
  session: string
  rotations: number | null
}

const list = async (house: House, ...whose: string[]): Promise<Row[]> => {
  const { stdout } = await commandWithin(house, ['sessions', 'list', '--json', ...whose])
  return stdout
    .trim()
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Row)
}

/** Does the work, and puts Redis back to what it was before. */
async function putBack(house: House, work: () => Promise<unknown>): Promise<void> {
  const redis = new Redis(house.redisUrl ?? '')
  const before = await Promise.all(
    (await redis.keys('gh:*')).map(
      async (key) => [key, await redis.pttl(key), await redis.dumpBuffer(key)] as const,
    ),
  )
  await work()
  await redis.flushdb()
  for (const [key, life, value] of before) {
    if (value !== null) await redis.restore(key, Math.max(0, life), value)
  }
  redis.disconnect()
}

onBothStorages((house, storage) => {
  it('shows who was given what, and ends one session, a client’s, a person’s', async () => {
    const [browser, other] = [await signedIn(house()), await signedIn(house())]
    const own = (await signIn(house(), browser, OWN)).tokens
    const portal = (await signIn(house(), other, PORTAL)).tokens
    const page = agentOf(house())
    const cookie = tokenOf(await login(page))
    await refresh(browser, OWN, own.refresh_token)

    const rows = await list(house(), '--user', PERSON.email)
    expect(rows.map(({ email }) => email)).toEqual(rows.map(() => PERSON.email))
    expect(new Set(rows.map(({ client_id: client }) => client))).toEqual(
      new Set(['own', 'portal', 'first-party']),
    )
    const [mine] = rows.filter(({ rotations }) => rotations === 1)
    expect(mine).toMatchObject({ client_id: 'own' })
    expect(await list(house(), '--session', mine?.session ?? '')).toContainEqual(mine)

    await revoke(house(), '--session', mine?.session ?? '')
    expect([await isSignedIn(browser), await isSignedIn(other)]).toEqual([false, true])
    expect(await isActive(other, own.access_token)).toBe(false)
    expect((await refresh(other, PORTAL, portal.refresh_token)).status).toBe(200)

    await revoke(house(), '--client', 'portal')
    expect((await refresh(other, PORTAL, portal.refresh_token)).status).toBe(400)
    expect(await isSignedIn(other)).toBe(true)

    await revoke(house(), '--user', PERSON.email)
    expect(await isSignedIn(other)).toBe(false)
    expect((await refreshBy(page, cookie)).status).toBe(401)
    expect(await list(house(), '--user', PERSON.email)).toEqual([])
    expect(await isSignedIn(await signedIn(house()))).toBe(true)
  })

  it('L-7 a client’s own tokens end with everything of it', async () => {
    const answer = await call(
      agentOf(house()),
      '/oauth2/token',
      { grant_type: 'client_credentials' },
      OTHER_API,
    )
    const token = String(answer.json()['access_token'])
    const active = async () => (await introspect(agentOf(house()), token, OTHER_API)).json()['active']
    expect(await active()).toBe(true)
    await revoke(house(), '--client', OTHER_API.clientId)
    // On embedded storage no notice crosses processes: a node goes on for a second with what it knew.
    await expect.poll(active, { timeout: 5_000 }).toBe(false)
  })

  it('everything of everybody until now ends, and what comes after lives', async () => {
    const browser = await signedIn(house())
    const { tokens } = await signIn(house(), browser, OWN)
    expect(await revoke(house(), '--everything')).toContain(
      'Everything that everybody had until now has ended',
    )
    const refreshes = async () => (await refresh(browser, OWN, tokens.refresh_token)).status
    await expect.poll(refreshes, { timeout: 5_000 }).toBe(400)
    expect(await isSignedIn(browser)).toBe(false)
    expect(await isSignedIn(await signedIn(house()))).toBe(true)
  })

  if (storage === 'redis') describe('with a store of its own', () => inRedis(house))
})

function inRedis(house: () => House): void {
  const everywhere = async () => {
    const browser = await signedIn(house())
    const { tokens } = await signIn(house(), browser, PORTAL)
    const page = agentOf(house())
    return { browser, tokens, page, cookie: tokenOf(await login(page)) }
  }
  type Everywhere = Awaited<ReturnType<typeof everywhere>>
  const signOut = async ({ browser }: Everywhere) => {
    const page = await browser.request('/oauth2/logout')
    await browser.submit(page, '/oauth2/logout/confirm', { logout: 'yes' })
  }
  const sessionOf = async () => (await list(house(), '--client', 'portal'))[0]?.session ?? ''

  const ENDS: Record<string, [(given: Everywhere) => Promise<unknown>, object]> = {
    'a person': [() => revoke(house(), '--user', PERSON.email), {}],
    'a session': [async () => revoke(house(), '--session', await sessionOf()), { page: true }],
    'a client': [() => revoke(house(), '--client', 'portal'), { browser: true, page: true }],
    'a family, by its client': [
      ({ browser, tokens }) => call(browser, '/oauth2/revoke', { token: tokens.refresh_token }, PORTAL),
      { browser: true, page: true },
    ],
    'a sign-on, by the person': [signOut, { family: true, access: true, page: true }],
    'a page’s session, by the page': [
      async ({ page }) => refreshBy(page, undefined, { method: 'DELETE' }),
      { browser: true, family: true, access: true },
    ],
  }

  it.each(Object.entries(ENDS))(
    'F-102 A-604 L-2 %s that was ended stays so though Redis comes back older than that',
    async (_, [end, left]) => {
      const given = await everywhere()
      const { browser, tokens, cookie } = given
      const cookies = browser.cookies.map((one) => ({ ...one }))
      await putBack(house(), () => end(given))
      const fresh = agentOf(house(), 1)
      const old = agentOf(house(), 1)
      old.cookies.push(...cookies)
      const living = {
        access: (await isActive(fresh, tokens.access_token)) === true,
        browser: await isSignedIn(old),
        family: (await refresh(fresh, PORTAL, tokens.refresh_token)).status === 200,
        page: (await refreshBy(fresh, cookie)).status === 200,
      }
      expect(living).toEqual({ access: false, browser: false, family: false, page: false, ...left })
      await revoke(house(), '--user', PERSON.email)
    },
  )

  it('what is away needs not be asked, and what is not there is told', async () => {
    const { tokens } = await everywhere()
    const away = { env: { REDIS_URL: 'redis://127.0.0.1:1' } }
    const { stderr } = await commandWithin(house(), ['sessions', 'revoke', '--user', PERSON.email], away)
    expect(stderr).toContain('in the background')
    const refreshed = async () => (await refresh(agentOf(house(), 1), PORTAL, tokens.refresh_token)).status
    await expect.poll(refreshed, { timeout: 5_000 }).toBe(400)
    for (const aim of ['client', 'device', 'session', 'family', 'organization'])
      await expect(revoke(house(), `--${aim}`, 'x')).rejects.toThrow(`There is no ${aim} "x".`)
    await expect(revoke(house(), '--user', 'nobody@example.com')).rejects.toThrow('Nobody has the address')
  })

  it('what was issued before a moment ends, and no more', async () => {
    const early = await everywhere()
    const second = Math.floor(Date.now() / 1000) + 1
    await vi.waitUntil(() => Date.now() >= second * 1000, { timeout: 5_000 })
    const late = await everywhere()
    const before = new Date(second * 1000).toISOString()
    expect(await revoke(house(), '--before', before)).toContain(`issued before ${before} has ended`)
    const status = async ({ tokens }: Everywhere) =>
      (await refresh(agentOf(house(), 1), PORTAL, tokens.refresh_token)).status
    await expect.poll(() => status(early), { timeout: 5_000 }).toBe(400)
    expect([await isSignedIn(early.browser), (await refreshBy(early.page, early.cookie)).status]).toEqual([
      false,
      401,
    ])
    expect([await status(late), await isSignedIn(late.browser)]).toEqual([200, true])
    const told = (await trailOf(house())).map(({ event }) => event.details?.['issued_before'])
    expect(told.filter((moment) => moment === before)).toHaveLength(1)
  })

  it('nothing is ended by a slip', async () => {
    for (const args of [
      [],
      ['--user', 'a@b.example', '--client', 'x'],
      ['--everything', '--user', 'a@b.example'],
      ['--before', 'yesterday'],
      ['--before', '2026-01-31'],
      ['--before', '2026-01-31T12:00'],
    ])
      await expect(revoke(house(), ...args), args.join(' ')).rejects.toThrow(/^error: /)
    expect((await house().run(['sessions', 'revoke'])).code).toBe(64)
    expect((await house().run(['sessions', 'revoke', '--user', 'nobody@example.com'])).code).toBe(1)
  })
}
