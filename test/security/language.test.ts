/** The language switch in the foot of every page, and what it leaves behind. */
import { expect, it } from 'vitest'
import { APP, agentOf, authorizationRequest, follow } from '../support/flows.ts'
import { withHouse } from '../support/on-every-storage.ts'
import { setPasswordLink } from '../support/within.ts'
import { withoutFaults } from './answers.ts'
import { ADA } from './browsers.ts'

const SWITCHED = { headers: { 'sec-fetch-site': 'same-origin' } }
const languageIn = (page: { text: string }) => /<html lang="(\w+)"/.exec(page.text)?.[1]
/** Where the switch of a page leads for one language; undefined without one. */
const switchTo = (page: { text: string }, tag: string) =>
  new RegExp(`href="([^"]*)" lang="${tag}" hreflang`).exec(page.text)?.[1]?.replaceAll('&amp;', '&')

withHouse({ storage: 'embedded' }, (house) => {
  withoutFaults(house)

  it('A-822 a language chosen at sign-in is that of consent too, though the application asks for another', async () => {
    const agent = agentOf(house())
    const request = authorizationRequest(APP, { ui_locales: 'en', prompt: 'consent' })
    const { at, page } = await follow(agent, house().issuer, request.url)
    expect([languageIn(page), switchTo(page, 'ar')]).toEqual(['en', '?ui_locales=ar'])
    const switched = await agent.request(`${at}?ui_locales=ar`, SWITCHED)
    expect(switched.text).toContain('<html lang="ar" dir="rtl">')

    const refused = await agent.submit(switched, at, { ...ADA, password: 'wrong' })
    expect([refused.status, languageIn(refused)]).toEqual([400, 'ar'])
    const sent = await agent.submit(refused, at, ADA)
    const consent = await follow(agent, house().issuer, sent.location ?? '')
    expect(consent.page.text).toContain('name="decision"')
    expect(languageIn(consent.page)).toBe('ar')
    expect(languageIn(await agent.request('/nowhere'))).toBe('ar')
    const kept = agent.cookies.filter(({ name }) => name === 'gh_locale')
    expect(kept.map(({ value }) => value)).toEqual(['ar.en'])
  })

  it('A-822 the page behind a one-time link is shown again with its token, which goes nowhere else', async () => {
    const agent = agentOf(house())
    const link = await setPasswordLink(house(), ADA.username)
    const token = new URL(link, house().issuer).searchParams.get('token') ?? ''
    const page = await agent.request(link)
    expect(switchTo(page, 'de')).toBe(`?token=${token}&ui_locales=de`)
    const german = await agent.request(`/set-password${switchTo(page, 'de')}`, SWITCHED)
    expect([german.status, languageIn(german)]).toEqual([200, 'de'])
    expect(german.headers.get('referrer-policy')).toBe('same-origin')
    expect(JSON.stringify(agent.cookies)).not.toContain(token)
    const refused = await agent.submit(german, link, { password: 'short' })
    expect([refused.status, languageIn(refused), switchTo(refused, 'en')]).toEqual([
      400,
      'de',
      `?token=${token}&ui_locales=en`,
    ])
  })

  it('A-822 an error has a switch where a visit of its path shows it again, without what was asked', async () => {
    const agent = agentOf(house())
    expect(switchTo(await agent.request('/nowhere?error=x'), 'de')).toBe('?ui_locales=de')
    expect(switchTo(await agent.request('/nowhere', { method: 'POST' }), 'de')).toBeUndefined()
    expect(switchTo(await agent.request('/oauth2/authorize?error=x'), 'de')).toBeUndefined()
  })

  it('A-822 the question before a sign-out is asked again in another language with all that it was asked with', async () => {
    const agent = agentOf(house())
    const request = authorizationRequest(APP, { prompt: 'consent' })
    const { at, page } = await follow(agent, house().issuer, request.url)
    await follow(agent, house().issuer, (await agent.submit(page, at, ADA)).location ?? '')
    const asked = await agent.request('/oauth2/logout?client_id=portal&state=a%26b&junk=1')
    const again = switchTo(asked, 'de') ?? ''
    expect(Object.fromEntries(new URLSearchParams(again))).toEqual({
      client_id: 'portal',
      state: 'a&b',
      ui_locales: 'de',
    })
    const german = await agent.request(`/oauth2/logout${again}`, SWITCHED)
    expect([languageIn(german), german.text.includes('Portal')]).toEqual(['de', true])
    const left = await agent.submit(german, '/oauth2/logout/confirm', { logout: 'yes' })
    expect(languageIn(await agent.request(left.location ?? ''))).toBe('de')
  })
})
