import { describe, expect, it } from 'vitest'
import type { Agent, Cookie } from '../support/agent.ts'
import { agentOf, authorizationRequest, authorize, OWN } from '../support/flows.ts'
import { withHouse } from '../support/on-every-storage.ts'
import { withoutFaults } from './answers.ts'
import { ADA, atPage, codeAfter, GRACE, isSignedIn, signedIn } from './browsers.ts'

const sessionOf = (agent: Agent): Cookie[] => agent.cookies.filter(({ name }) => name.includes('gh_session'))
const idOf = (agent: Agent): string | undefined => sessionOf(agent)[0]?.value
const header = (cookies: readonly Cookie[]): string =>
  cookies.map(({ name, value }) => `${name}=${value}`).join('; ')

withHouse({ storage: 'postgresql' }, (house) => {
  withoutFaults(house)

  /** Who is signed in, in the eyes of the server, when exactly these cookies come. */
  const signedInWith = async (cookie: string): Promise<boolean> => {
    const { url } = authorizationRequest(OWN, { prompt: 'none' })
    const { location = '' } = await agentOf(house()).request(url, { headers: { cookie } })
    return new URL(location).searchParams.has('code')
  }

  it('A-601 the session that was there before a sign-in is not the one after', async () => {
    const agent = agentOf(house())
    await agent.request('/oauth2/logout')
    const planted = sessionOf(agent)
    expect(planted).toHaveLength(2)
    await authorize(house(), agent, authorizationRequest(OWN))
    expect(idOf(agent)).not.toBe(planted[0]?.value)
    expect([await signedInWith(header(planted)), await isSignedIn(agent)]).toEqual([false, true])
  })

  it('A-601 a new sign-in and a sign-out change the session too', async () => {
    const agent = await signedIn(house())
    const before = sessionOf(agent)
    const { at, page } = await atPage(house(), agent, OWN, { prompt: 'login' })
    await codeAfter(house(), agent, await agent.submit(page, at, ADA))
    const after = sessionOf(agent)
    expect(after[0]?.value).not.toBe(before[0]?.value)
    expect([await signedInWith(header(before)), await signedInWith(header(after))]).toEqual([false, true])
    await agent.submit(await agent.request('/oauth2/logout'), '/oauth2/logout/confirm', { logout: 'yes' })
    expect([await signedInWith(header(after)), idOf(agent)]).toEqual([false, undefined])
  })

  it('A-604 a sign-out leaves nothing private in the browser, and its old cookie opens nothing', async () => {
    const agent = await signedIn(house())
    const before = header(sessionOf(agent))
    const asked = await agent.request('/oauth2/logout')
    const left = await agent.submit(asked, '/oauth2/logout/confirm', { logout: 'yes' })
    expect(left.headers.get('clear-site-data')).toBe('"cache"')
    expect([asked, left].map(({ headers }) => headers.get('cache-control'))).toEqual(['no-store', 'no-store'])
    expect(await signedInWith(before)).toBe(false)
    const stays = await signedIn(house())
    const kept = await stays.submit(await stays.request('/oauth2/logout'), '/oauth2/logout/confirm', {})
    expect([kept.headers.get('clear-site-data'), await isSignedIn(stays)]).toEqual([null, true])
  })

  it('A-601 a value that the server never gave is not taken over', async () => {
    const agent = agentOf(house())
    agent.cookies.push({ name: 'gh_session', value: 'x'.repeat(43), path: '/', attributes: '' })
    await authorize(house(), agent, authorizationRequest(OWN))
    expect(idOf(agent)).not.toBe('x'.repeat(43))
  })

  describe('A-602 a session cookie', () => {
    it.each([
      ['without its signature', ([session]: Cookie[]) => `gh_session=${session?.value}`],
      [
        'with a forged signature',
        ([session]: Cookie[]) => `gh_session=${session?.value}; gh_session.sig=${'A'.repeat(27)}`,
      ],
      [
        'of another value',
        ([, sig]: Cookie[]) => `gh_session=${'A'.repeat(43)}; gh_session.sig=${sig?.value}`,
      ],
      [
        'with quotation marks inside',
        ([session, sig]: Cookie[]) => `gh_session=${session?.value}"; gh_session.sig=${sig?.value}`,
      ],
      ['of 8 kB', ([, sig]: Cookie[]) => `gh_session=${'A'.repeat(8192)}; gh_session.sig=${sig?.value}`],
    ])('%s is none', async (_, forge) => {
      expect(await signedInWith(forge(sessionOf(await signedIn(house()))))).toBe(false)
    })

    it('that comes twice is nobody’s', async () => {
      const [ada, grace] = [await signedIn(house()), await signedIn(house(), GRACE)]
      const [own, tossed] = [header(sessionOf(ada)), header(sessionOf(grace))]
      expect(await signedInWith(own)).toBe(true)
      expect(await signedInWith(`${tossed}; ${own}`)).toBe(false)
      expect(await signedInWith(`${own}; ${tossed}`)).toBe(false)
    })
  })

  describe('A-413 staying signed in', () => {
    const attributesAfter = async (fields: Record<string, string>): Promise<string> => {
      const agent = agentOf(house())
      const { at, page } = await atPage(house(), agent, OWN)
      await codeAfter(house(), agent, await agent.submit(page, at, { ...ADA, ...fields }))
      return sessionOf(agent)
        .map(({ attributes }) => attributes.toLowerCase())
        .join('\n')
    }

    it.each([{}, { remember: '' }, { remember: 'yes' }, { remember: '1' }, { remember: 'ON' }])(
      'is not what a form asks for that says %o',
      async (fields) => {
        expect(await attributesAfter(fields as Record<string, string>)).not.toMatch(/expires|max-age/)
      },
    )

    it('ends by itself when it is asked for', async () => {
      const attributes = await attributesAfter({ remember: 'on' })
      const [, expires = ''] = /expires=([^;\n]+)/.exec(attributes) ?? []
      const days = (Date.parse(expires) - Date.now()) / 86_400_000
      expect(days).toBeGreaterThan(13)
      expect(days).toBeLessThan(14.1)
    })
  })
})
