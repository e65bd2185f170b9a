import { decodeJwt } from 'jose'
import { describe, expect, it } from 'vitest'
import { hiddenFields } from '../support/agent.ts'
import { APP, agentOf, authorizationRequest, exchange, follow, OWN, PORTAL } from '../support/flows.ts'
import { openHouseOn } from '../support/house.ts'
import { withHouse } from '../support/on-every-storage.ts'
import { expectPage, withoutFaults } from './answers.ts'
import {
  ADA,
  atConsent,
  atPage,
  callbackAfter,
  codeAfter,
  GRACE,
  isSignedIn,
  OURS,
  signedIn,
} from './browsers.ts'
import { onDatabase, sendRaw, statusOf } from './probes.ts'

withHouse({ storage: 'postgresql' }, (house) => {
  withoutFaults(house)

  it('A-141 A-142 a page that was handed over is worthless, and its owner goes on', async () => {
    const owner = agentOf(house())
    const { at, page } = await atPage(house(), owner, OWN)
    const resume = at.replace('/interaction/', '/oauth2/authorize/')
    const stranger = agentOf(house())
    const own = await atPage(house(), stranger, OWN)
    const cookies = stranger.cookies.map(({ name, value }) => `${name}=${value}`).join('; ')
    const victim = await signedIn(house(), GRACE)
    for (const [agent, cookie] of [
      [agentOf(house()), ''],
      [stranger, ''],
      [stranger, cookies],
      [victim, ''],
    ] as const) {
      const headers = { ...OURS, ...(cookie !== '' && { cookie }) }
      expectPage(await agent.request(at, { headers }), 400, 'interaction_expired')
      const form = { ...hiddenFields(page.text), ...ADA }
      expectPage(await agent.request(at, { form, headers }), 400, 'interaction_expired')
    }
    for (const agent of [agentOf(house()), stranger, victim]) {
      expectPage(await agent.request(resume), 400, 'invalid_request')
    }
    // The attacker who waits at the other end is still asked who he is.
    expect((await follow(owner, house().issuer, resume)).page.text).toContain('name="username"')
    const again = await follow(stranger, house().issuer, own.at)
    expect(await codeAfter(house(), stranger, await stranger.submit(again.page, again.at, ADA))).toBeTruthy()
  })

  it('A-144 a consent that waits for one person is not given by another', async () => {
    const agent = await signedIn(house(), GRACE)
    const waiting = await atPage(house(), agent, PORTAL, { prompt: 'consent' })
    const other = await atPage(house(), agent, OWN, { prompt: 'login' })
    const sent = await agent.submit(other.page, other.at, ADA)
    // The former person leaves by a form that sends itself.
    const leaving = await agent.request(sent.location ?? '')
    const left = await agent.submit(leaving, '/oauth2/logout/confirm', {})
    expect(await codeAfter(house(), agent, left)).toBeTruthy()
    const late = await agent.submit(waiting.page, waiting.at, { decision: 'approve' })
    expectPage(late, 400, 'interaction_expired')
  })

  describe('A-143 A-145 a page that is no longer good', () => {
    it('says so after its flow is done, and signs nobody in, whatever cookies come back', async () => {
      const agent = agentOf(house())
      const { at, page } = await atPage(house(), agent, OWN)
      const resume = at.replace('/interaction/', '/oauth2/authorize/')
      const cookies = [...agent.cookies]
      expect(await codeAfter(house(), agent, await agent.submit(page, at, ADA))).toBeTruthy()
      for (const old of [[], cookies.filter(({ name }) => name.startsWith('gh_resume'))]) {
        agent.cookies.push(...old)
        expectPage(await agent.request(at), 400, 'interaction_expired')
        expectPage(await agent.submit(page, at, ADA), 400, 'interaction_expired')
        expectPage(await agent.request(resume), 400, 'invalid_request')
      }
    })

    it('says so after an hour', async () => {
      const agent = agentOf(house())
      const { at, page } = await atPage(house(), agent, OWN)
      await onDatabase(
        house(),
        `update state_artifacts set expires_at = expires_at - interval '1 hour' where model = 'Interaction'`,
      )
      const late = await agent.submit(page, at, ADA)
      expectPage(late, 400, 'interaction_expired')
      expect(late.text).toContain('Start again')
      expect(await isSignedIn(agent)).toBe(false)
    })

    it('is still good at a server that was started since, under a new master key', async () => {
      const agent = agentOf(house())
      const { at, page } = await atPage(house(), agent, OWN)
      const { databaseUrl = '', env } = house()
      const fresh = Buffer.from(crypto.getRandomValues(new Uint8Array(32))).toString('base64')
      const keys = { MASTER_KEY: `${fresh},${env['MASTER_KEY']}` }
      const later = await openHouseOn({ databaseUrl }, { env: keys })
      try {
        const node = later.nodes[0]?.url ?? ''
        const form = { ...hiddenFields(page.text), ...ADA }
        const sent = await agent.request(at, { form, headers: OURS, node })
        expect(sent.status).toBe(303)
        expect(await codeAfter(house(), agent, sent)).toBeTruthy()
      } finally {
        await later.stop()
      }
    })
  })

  it('A-146 two flows in one browser, taken in turns, end with what is their own', async () => {
    const agent = agentOf(house())
    const one = await atPage(house(), agent, OWN)
    const two = await atPage(house(), agent, APP)
    const [sentOne, sentTwo] = [
      await agent.submit(one.page, one.at, ADA),
      await agent.submit(two.page, two.at, ADA),
    ]
    const consent = await follow(agent, house().issuer, sentTwo.location ?? '')
    const ends = [
      { rp: OWN, flow: one, callback: await callbackAfter(house(), agent, sentOne) },
      {
        rp: APP,
        flow: two,
        callback: await callbackAfter(
          house(),
          agent,
          await agent.submit(consent.page, consent.at, { decision: 'approve' }),
        ),
      },
    ]
    for (const { rp, flow, callback } of ends) {
      expect(callback?.href.split('?')[0]).toBe(rp.redirectUri)
      expect(callback?.searchParams.get('state')).toBe(flow.request.state)
      const code = callback?.searchParams.get('code') ?? ''
      const { id_token: idToken } = (await exchange(agent, rp, code, flow.request.verifier)).json()
      expect(decodeJwt(String(idToken))).toMatchObject({ aud: rp.clientId, nonce: flow.request.nonce })
    }
  })

  it('A-144 by a form of this page alone somebody says that they are another, and nobody is signed out until they have proven it', async () => {
    const { agent, at, page } = await atConsent(house())
    const foreign = await agent.request(at, { form: { action: 'restart', csrf: 'x' }, headers: OURS })
    expect([foreign.status, (await agent.request(at)).text.includes('value="approve"')]).toEqual([403, true])
    expect((await agent.submit(page, at, { action: 'restart' })).status).toBe(303)
    const asked = await agent.request(at)
    expect([asked.status, asked.text.includes('name="username"')]).toEqual([200, true])
    const late = await agent.submit(page, at, { decision: 'approve' })
    expect([late.status, late.location]).toEqual([400, undefined])
    const wrong = await agent.submit(asked, at, { ...ADA, username: GRACE.email })
    expect([wrong.status, await isSignedIn(agent)]).toEqual([400, true])
  })

  describe('A-155 another method', () => {
    it.each(['HEAD', 'PUT', 'DELETE', 'PATCH', 'TRACE', 'PROPFIND', 'POST'])(
      '%s begins no flow',
      async (method) => {
        const { url } = authorizationRequest(OWN)
        const answer = await sendRaw(
          house().nodes[0]?.url ?? '',
          `${method} ${url} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`,
        )
        expect([404, 405]).toContain(statusOf(answer))
        expect(answer.toLowerCase()).not.toContain('set-cookie')
      },
    )

    it.each(['PUT', 'DELETE', 'TRACE', 'PROPFIND'])('%s is not known to the sign-in page', async (method) => {
      const agent = agentOf(house())
      const { at } = await atPage(house(), agent, OWN)
      const path = new URL(at).pathname
      const answer = await sendRaw(
        house().nodes[0]?.url ?? '',
        `${method} ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`,
      )
      expect([404, 405]).toContain(statusOf(answer))
    })

    it('is not smuggled in by a header or a field', async () => {
      const { agent, at, page } = await atConsent(house())
      const headers = { ...OURS, 'x-http-method-override': 'POST', 'x-method-override': 'POST' }
      const { csrf = '' } = hiddenFields(page.text)
      const answer = await agent.request(`${at}?_method=POST&decision=approve&csrf=${csrf}`, { headers })
      expect([answer.status, answer.location]).toEqual([200, undefined])
      const head = await agent.request(at, { method: 'HEAD' })
      expect([head.location, head.headers.getSetCookie()]).toEqual([undefined, []])
    })
  })
})
