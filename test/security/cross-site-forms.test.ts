import { describe, expect, it } from 'vitest'
import { hiddenFields } from '../support/agent.ts'
import { APP, agentOf, exchange, OWN, PORTAL } from '../support/flows.ts'
import { withHouse } from '../support/on-every-storage.ts'
import { expectPage, withoutFaults } from './answers.ts'
import { ADA, atConsent, atPage, callbackAfter, codeAfter, isSignedIn, OURS } from './browsers.ts'

/** What a browser says of a form that another page sent. */
const FOREIGN: Record<string, string>[] = [
  { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' },
  { origin: 'http://evil.localhost:3000', 'sec-fetch-site': 'same-site', 'sec-fetch-mode': 'navigate' },
  { origin: 'null', 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' },
  { origin: 'null' },
  { origin: 'https://evil.example' },
  { origin: 'http://localhost:3000.evil.example' },
  {},
]

withHouse({ storage: 'postgresql' }, (house) => {
  withoutFaults(house)

  it.each(FOREIGN)('A-132 nobody is signed in by a form of another site: %o', async (headers) => {
    const agent = agentOf(house())
    const { at, page } = await atPage(house(), agent, OWN)
    expectPage(
      await agent.request(at, { form: { ...hiddenFields(page.text), ...ADA }, headers }),
      403,
      'forbidden',
    )
    expect(await isSignedIn(agent)).toBe(false)
    expect(await codeAfter(house(), agent, await agent.submit(page, at, ADA))).toBeTruthy()
  })

  describe('A-134 nobody allows anything', () => {
    it.each(FOREIGN)('by a form of another site: %o', async (headers) => {
      const { agent, at, page } = await atConsent(house())
      const form = { ...hiddenFields(page.text), decision: 'approve' }
      expectPage(await agent.request(at, { form, headers }), 403, 'forbidden')
      expect(
        await codeAfter(house(), agent, await agent.submit(page, at, { decision: 'approve' })),
      ).toBeTruthy()
    })

    it('without the proof of this very page', async () => {
      const { agent, at, page } = await atConsent(house())
      const foreign = hiddenFields((await atConsent(house())).page.text)['csrf'] ?? ''
      const older =
        hiddenFields((await atPage(house(), agent, APP, { prompt: 'consent' })).page.text)['csrf'] ?? ''
      for (const csrf of [undefined, '', 'x', foreign, older]) {
        const form = { decision: 'approve', ...(csrf === undefined ? {} : { csrf }) }
        expectPage(await agent.request(at, { form, headers: OURS }), 403, 'forbidden')
      }
      expect(
        await codeAfter(house(), agent, await agent.submit(page, at, { decision: 'approve' })),
      ).toBeTruthy()
    })

    it('by a link', async () => {
      const { agent, at, page } = await atConsent(house())
      const { csrf = '' } = hiddenFields(page.text)
      const answer = await agent.request(`${at}?${new URLSearchParams({ csrf, decision: 'approve' })}`)
      expect([answer.status, answer.location]).toEqual([200, undefined])
    })
  })

  it('A-136 what is granted is what was asked and shown, whatever the form says', async () => {
    const { agent, at, page, request } = await atConsent(house())
    const sent = await agent.submit(page, at, {
      decision: 'approve',
      scope: 'openid profile email offline_access orders:read admin',
      client_id: 'own',
      redirect_uri: 'https://evil.example/cb',
      resource: 'https://orders.example',
      account: 'grace@example.com',
    })
    const callback = await callbackAfter(house(), agent, sent)
    expect(callback?.href.split('?')[0]).toBe(PORTAL.redirectUri)
    const code = callback?.searchParams.get('code') ?? ''
    const tokens = await exchange(agent, PORTAL, code, request.verifier)
    expect(tokens.json()).toMatchObject({ scope: 'openid profile email' })
    expect(tokens.json()).not.toHaveProperty('refresh_token')
  })
})
