import { expect, it } from 'vitest'
import { type Agent, createAgent } from '../support/agent.ts'
import { APP, authorizationRequest, follow, OWN } from '../support/flows.ts'
import { withHouse } from '../support/on-every-storage.ts'
import { codeOn, withoutFaults } from './answers.ts'
import { ADA } from './browsers.ts'

const ISSUER = 'https://id.example'

/** As behind a proxy that ends TLS. */
withHouse({ storage: 'postgresql', env: { ISSUER } }, (house) => {
  withoutFaults(house)

  const browser = (): Agent => createAgent({ issuer: ISSUER, node: house().nodes[0]?.url ?? '' })

  it('A-153 A-602 each step after a password is 303, each cookie for this host, for https and for no script', async () => {
    const agent = browser()
    const first = await follow(agent, ISSUER, authorizationRequest(APP).url)
    const cookies = [...agent.cookies]
    const sent = [await agent.submit(first.page, first.at, ADA)]
    const consent = await follow(agent, ISSUER, sent[0]?.location ?? '')
    cookies.push(...agent.cookies)
    sent.push(await agent.submit(consent.page, consent.at, { decision: 'approve' }))
    const { page } = await follow(agent, ISSUER, sent[1]?.location ?? '')
    expect(new URL(page.location ?? '').searchParams.get('code')).toBeTruthy()
    cookies.push(...agent.cookies)
    const logout = await agent.request('/oauth2/logout')
    sent.push(page, await agent.submit(logout, '/oauth2/logout/confirm', { logout: 'yes' }))
    expect(sent.map(({ status }) => status)).toEqual([303, 303, 303, 303])

    const names = new Set(
      cookies.map(({ name }) => name).filter((name) => /session|browser|device/.test(name)),
    )
    expect([...names].toSorted()).toEqual([
      '__Host-gh_browser',
      '__Host-gh_device',
      '__Host-gh_session',
      '__Host-gh_session.sig',
    ])
    for (const { name, path, attributes } of cookies) {
      const all = attributes.toLowerCase().split('; ')
      expect([name, all]).toEqual([name, expect.arrayContaining(['secure', 'httponly', 'samesite=lax'])])
      expect(attributes.toLowerCase()).not.toContain('domain=')
      if (name.startsWith('__Host-')) expect(path).toBe('/')
      else expect(path).toMatch(/^\/(?:interaction|oauth2\/authorize)\/[\w-]{43}$/)
    }
  })

  it('A-823 every answer tells the browser to come by https only', async () => {
    const { page } = await follow(browser(), ISSUER, authorizationRequest(OWN).url)
    const [, style = ''] = /href="(\/assets\/[^"]+\.css)"/.exec(page.text) ?? []
    const answers = [
      page,
      await browser().request(style),
      await browser().request(authorizationRequest(OWN).url),
      await browser().request('/.well-known/openid-configuration'),
      await browser().request('/oauth2/jwks'),
      await browser().request('/oauth2/token', { form: {} }),
      await browser().request('/oauth2/authorize'),
      await browser().request('/nowhere'),
    ]
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 303, 200, 200, 400, 400, 404])
    for (const { headers } of answers) {
      expect(headers.get('strict-transport-security')).toBe('max-age=63072000; includeSubDomains')
      expect(headers.get('x-content-type-options')).toBe('nosniff')
    }
  })

  it('A-822 a language is picked from those there are', async () => {
    const wishes = [
      '../../etc/passwd',
      '..%2f..%2fetc',
      '__proto__',
      'constructor',
      'xx',
      '"><script>',
      'x'.repeat(9000),
    ]
    for (const wish of wishes) {
      const { page } = await follow(browser(), ISSUER, authorizationRequest(OWN, { ui_locales: wish }).url)
      expect([page.status, page.headers.get('content-language')]).toEqual([200, 'en'])
      expect(page.text).toContain('<html lang="en" dir="ltr">')
    }
  })

  it('A-822 what is not understood is not repeated', async () => {
    const text = '<b>call 555-0100</b>'
    const reflected = new URLSearchParams({
      error: text,
      error_description: text,
      state: text,
      display: text,
      user_code: text,
    })
    const places = [
      `/oauth2/authorize?client_id=own&${reflected}`,
      `/oauth2/authorize/${'x'.repeat(43)}?${reflected}`,
      `/oauth2/logout/success?${reflected}`,
      `/interaction/${'x'.repeat(43)}?${reflected}`,
      `/set-password?token=x&${reflected}`,
      `/nowhere?${reflected}`,
      '/<b>call 555-0100</b>',
      '/%3Cb%3Ecall 555-0100',
    ]
    for (const place of places) {
      const page = await browser().request(place)
      expect(page.text).not.toContain('555-0100')
      if (page.status !== 200) expect(codeOn(page)).toMatch(/^[a-z_]+$/)
    }
    const odd = await browser().request('/oauth2/authorize', { method: 'PATCH', body: text })
    expect([odd.status, odd.text.includes('555-0100')]).toEqual([405, false])
  })
})
