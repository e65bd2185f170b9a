import { setTimeout as delay } from 'node:timers/promises'
import { decodeJwt } from 'jose'
import { expect, it } from 'vitest'
import { createHandles } from '../../src/provider/handles.ts'
import { login, tokenOf } from '../support/first-party.ts'
import { agentOf, authorizationRequest, exchange, follow, OWN, SET_UP } from '../support/flows.ts'
import { onBothStorages } from '../support/on-every-storage.ts'
import { answerMfa, totpCode, withRecoveryCodes, withTotp } from '../support/second-factors.ts'
import { withinState } from '../support/within.ts'
import { withoutFaults } from './answers.ts'
import { atPage, callbackAfter, isSignedIn } from './browsers.ts'

const people = ['ada', 'bob', 'cy', 'dee'].map((name) => ({
  email: `${name}@example.com`,
  email_verified: true,
  password: `a password of ${name}`,
}))
const [ADA, BOB, CY, DEE] = people as [Person, Person, Person, Person]
type Person = (typeof people)[number]

const MINUTE = 60_000

onBothStorages(
  (house) => {
    withoutFaults(house)

    /** At the page that asks for more, after the password. */
    const afterPassword = async ({ email, password }: Person) => {
      const agent = agentOf(house())
      const opened = await atPage(house(), agent, OWN)
      const sent = await agent.submit(opened.page, opened.at, { username: email, password })
      expect(sent.status).toBe(303)
      const { at, page } = await follow(agent, house().issuer, sent.location ?? '')
      expect(page.text).toContain('name="code"')
      return { agent, at, page, request: opened.request }
    }

    it('A-451 nobody is signed in before the second factor, wherever they go', async () => {
      await withTotp(house(), ADA.email)
      const { agent, at, request } = await afterPassword(ADA)
      expect(await isSignedIn(agent)).toBe(false)
      for (const target of [`${at}/consent`, `/oauth2/authorize/${at.split('/').at(-1)}`]) {
        const { page } = await follow(agent, house().issuer, target)
        expect([page.status >= 400 || /name="(code|username)"/.test(page.text), page.location]).toEqual([
          true,
          undefined,
        ])
      }
      const again = await agent.request(request.url)
      expect(again.location).toContain('/interaction/')
    })

    it('A-453 a code is good once, on whatever node, and says what it was worth', async () => {
      const secret = await withTotp(house(), BOB.email)
      const { agent, at, page, request } = await afterPassword(BOB)
      const other = await afterPassword(BOB)
      const wrong = await agent.submit(page, at, { code: '000 000' })
      expect([wrong.status, wrong.text.includes('That code didn’t work.')]).toEqual([400, true])
      const sent = await agent.submit(page, at, { code: totpCode(secret) })
      const code = (await callbackAfter(house(), agent, sent))?.searchParams.get('code') ?? ''
      const { id_token: idToken } = (await exchange(agent, OWN, code, request.verifier)).json()
      expect(decodeJwt(String(idToken))).toMatchObject({
        acr: 'urn:gatehouse:acr:2fa',
        amr: ['pwd', 'otp', 'mfa'],
      })
      const used = await other.agent.submit(other.page, other.at, { code: totpCode(secret) })
      expect([used.status, used.text.includes('used before')]).toEqual([400, true])
      expect(await isSignedIn(other.agent)).toBe(false)
    })

    it('A-460 a recovery code is good once', async () => {
      await withTotp(house(), CY.email)
      const [code = ''] = await withRecoveryCodes(house(), CY.email)
      const tries = await Promise.all([afterPassword(CY), afterPassword(CY), afterPassword(CY)])
      const answers = await Promise.all(
        tries.map(async ({ agent, at, page }) => {
          const switched = await agent.submit(page, at, { method: 'recovery-codes' })
          const shown = await follow(agent, house().issuer, switched.location ?? '')
          return agent.submit(shown.page, shown.at, { code: code.toUpperCase().replaceAll('-', ' ') })
        }),
      )
      expect(answers.map(({ status }) => status).toSorted()).toEqual([303, 400, 400])
    })

    it('A-452 a page of the operator’s own is told to ask for more, and its token is good for this caller, once', async () => {
      const secret = await withTotp(house(), DEE.email)
      const agent = agentOf(house())
      const asked = await login(agent, { username: DEE.email, password: DEE.password })
      expect([asked.status, asked.json()]).toEqual([
        403,
        expect.objectContaining({ code: 'mfa_required', methods: ['totp'] }),
      ])
      const { mfa_token: token } = asked.json()
      const stranger = agentOf(house(), 0, { 'user-agent': 'Somebody else' })
      const answer = { mfa_token: token, method: 'totp', code: totpCode(secret) }
      expect((await answerMfa(stranger, answer)).json()['code']).toBe('invalid_mfa_token')
      expect((await answerMfa(agent, { ...answer, code: '123' })).json()['code']).toBe('invalid_code')
      expect((await answerMfa(agent, { ...answer, method: 'sms-code' })).json()['code']).toBe(
        'method_not_offered',
      )
      const given = await answerMfa(agent, answer)
      expect([given.status, tokenOf(given)]).toEqual([200, expect.stringMatching(/^ghr_/)])
      expect((await answerMfa(agent, answer)).json()['code']).toBe('invalid_mfa_token')
    })

    it('A-452 the token is dead when its five minutes are over', async () => {
      const secret = await withTotp(house(), CY.email)
      const agent = agentOf(house())
      const { mfa_token: token } = (await login(agent, { username: CY.email, password: CY.password })).json()
      await withinState(house(), async ({ keys }, { artifacts }) => {
        const key = createHandles(keys).inUse().key('SignIn', String(token))
        const found = await artifacts.get('SignIn', key)
        expect(found?.expiresIn).toBeGreaterThan(4 * MINUTE)
        expect(found?.expiresIn).toBeLessThanOrEqual(5 * MINUTE)
        const payload = found?.payload ?? {}
        expect(await artifacts.replace('SignIn', key, { payload, expiresIn: 1 })).toBe('replaced')
      })
      await delay(50)
      const late = await answerMfa(agent, { mfa_token: token, method: 'totp', code: totpCode(secret) })
      expect([late.status, late.json()['code']]).toEqual([401, 'invalid_mfa_token'])
    })

    it('A-467 a session of one factor is asked for the second where the client needs it, and never says more than it is', async () => {
      const person = { email: 'eve@example.com', password: 'a password of eve' }
      const agent = agentOf(house())
      const opened = await atPage(house(), agent, OWN)
      await callbackAfter(
        house(),
        agent,
        await agent.submit(opened.page, opened.at, { username: person.email, password: person.password }),
      )
      const needs = { claims: '{"id_token":{"acr":{"essential":true,"value":"urn:gatehouse:acr:2fa"}}}' }
      const silent = await agent.request(authorizationRequest(OWN, { ...needs, prompt: 'none' }).url)
      expect(silent.location).toContain('error=login_required')
      // Who has none may add one, and proves again who they are before that.
      const anew = await follow(agent, house().issuer, authorizationRequest(OWN, needs).url)
      expect([anew.page.status, anew.page.text.includes('name="password"')]).toEqual([200, true])

      const secret = await withTotp(house(), person.email)
      const asked = authorizationRequest(OWN, needs)
      const { at, page } = await follow(agent, house().issuer, asked.url)
      const sent = await agent.submit(page, at, { code: totpCode(secret) })
      const code = (await callbackAfter(house(), agent, sent))?.searchParams.get('code') ?? ''
      const { id_token: idToken } = (await exchange(agent, OWN, code, asked.verifier)).json()
      expect(decodeJwt(String(idToken))).toMatchObject({
        acr: 'urn:gatehouse:acr:2fa',
        amr: ['pwd', 'otp', 'mfa'],
      })
    })
  },
  {
    setUp: {
      ...SET_UP,
      users: [...people, { email: 'eve@example.com', email_verified: true, password: 'a password of eve' }],
    },
  },
)
