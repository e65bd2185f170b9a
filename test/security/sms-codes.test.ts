/** Codes by text message as a second factor: by pages and by the API, over a provider that answers over HTTP. */
import { decodeJwt } from 'jose'
import { afterAll, describe, expect, it } from 'vitest'
import type { Agent } from '../support/agent.ts'
import { login, PAGE, tokenOf } from '../support/first-party.ts'
import { exchange, follow, OWN, SET_UP } from '../support/flows.ts'
import { onBothStorages } from '../support/on-every-storage.ts'
import { withPhone, withTotp } from '../support/second-factors.ts'
import { codeIn, startSmsProvider } from '../support/sms-provider.ts'
import { within } from '../support/within.ts'
import { withoutFaults } from './answers.ts'
import { atPage, callbackAfter, isSignedIn } from './browsers.ts'
import { askForCode, wrong } from './codes.ts'
import { BEHIND_PROXY, browserAt, limiterOf, times } from './guessing.ts'
import { metric } from './probes.ts'

const provider = await startSmsProvider()
afterAll(() => provider.close())

const addressOf = (name: string) => `${name}@example.com`
const passwordOf = (name: string) => `a password of ${name}`
const PEOPLE = ['ada', 'bob', 'cy', 'dee', 'eve', 'fay', 'gil', 'hal', 'ida'] as const
const CROWD = Array.from({ length: 6 }, (_, n) => `crowd${n}`)
const setUp = {
  ...SET_UP,
  users: [...PEOPLE, ...CROWD].map((name) => ({
    ...{ email: addressOf(name), email_verified: true, password: passwordOf(name) },
  })),
}

onBothStorages(
  (house, storage) => {
    withoutFaults(house)
    let addresses = 0
    const stranger = () => browserAt(house(), `198.18.${++addresses}.1`, addresses % house().nodes.length)
    let numbers = 0
    /** A number of its own block, for each storage its own. */
    const newNumber = () => `+4477${storage === 'redis' ? 1 : 2}${String(++numbers).padStart(3, '0')}0047`
    const withNumber = async (name: string, number = newNumber()) => {
      await withPhone(house(), addressOf(name), number)
      return number
    }
    /** At the page of the second factor. */
    const afterPassword = async (name: string) => {
      const agent = stranger()
      const opened = await atPage(house(), agent, OWN)
      const given = { username: addressOf(name), password: passwordOf(name) }
      const sent = await agent.submit(opened.page, opened.at, given)
      return { agent, request: opened.request, ...(await follow(agent, house().issuer, sent.location ?? '')) }
    }
    const asked = async (name: string) => askForCode(house(), await afterPassword(name), 'sms-code')
    const answer = ({ agent, page, at }: Awaited<ReturnType<typeof asked>>, code: string) =>
      agent.submit(page, at, { code })
    const newest = (number: string) => codeIn(provider.texts(number).at(-1) ?? { to: '', text: '' })
    const call = (agent: Agent, path: string, body: object) =>
      agent.request(path, {
        method: 'POST',
        body: JSON.stringify(body),
        headers: { ...PAGE, 'content-type': 'application/json' },
      })

    it('A-458 a text message beside a password is two factors; it is sent when asked for, to a number of which two digits are told', async () => {
      const number = await withNumber('ada')
      const before = await afterPassword('ada')
      expect(before.page.text).toContain('Send me a code')
      expect(before.page.text).not.toContain('name="code"')
      expect(provider.texts(number)).toEqual([])
      const sent = await askForCode(house(), before, 'sms-code')
      expect(sent.page.text).toMatch(/number that ends in\s*<bdi[^>]*>47<\/bdi>/)
      expect(sent.page.text).not.toContain(number.slice(1, -2))
      expect(provider.calls().at(-1)?.headers.authorization).toBe(
        `Basic ${Buffer.from('AC0123:secret-token').toString('base64')}`,
      )
      const back = await callbackAfter(house(), sent.agent, await answer(sent, newest(number)))
      const tokens = await exchange(
        sent.agent,
        OWN,
        back?.searchParams.get('code') ?? '',
        sent.request.verifier,
      )
      expect(decodeJwt(String(tokens.json()['id_token']))).toMatchObject({
        acr: 'urn:gatehouse:acr:2fa',
        amr: ['pwd', 'sms', 'mfa'],
      })
    })

    it('A-456 A-466 A-454 a code is good for its own sign-in, for five tries, once', async () => {
      const numberOfBob = await withNumber('bob')
      await withNumber('cy')
      const bob = await asked('bob')
      const cy = await asked('cy')
      const code = newest(numberOfBob)
      expect([(await answer(cy, code)).status, await isSignedIn(cy.agent)]).toEqual([400, false])
      const once = await times(20, () => answer(bob, code))
      const taken = once.filter(({ status }) => status === 303)
      expect(taken).toHaveLength(1)
      for (const one of taken) await callbackAfter(house(), bob.agent, one)
      expect(await isSignedIn(bob.agent)).toBe(true)
      const second = await asked('bob')
      const late = newest(numberOfBob)
      for (let n = 0; n < 5; n++) await answer(second, wrong(late))
      const refused = await answer(second, late)
      expect([refused.status < 400, await isSignedIn(second.agent)]).toEqual([false, false])
    })

    it('A-466 is dead once the number is another', async () => {
      const before = await withNumber('dee')
      const at = await asked('dee')
      await withNumber('dee')
      expect([(await answer(at, newest(before))).status, await isSignedIn(at.agent)]).toEqual([400, false])
    })

    it('A-457 is no way in by itself, and none for who has no number', async () => {
      await withTotp(house(), addressOf('hal'))
      const { agent, at, page } = await afterPassword('hal')
      for (const fields of [{ method: 'sms-code' }, { method: 'sms-code', code: '123456' }])
        expect((await agent.submit(page, at, fields)).status).toBe(400)
      const opened = await atPage(house(), stranger(), OWN)
      expect(opened.page.text).not.toContain('value="sms-code"')
    })

    it('A-457 is asked for by the API in the same way', async () => {
      const number = await withNumber('eve')
      const agent = stranger()
      const more = await login(agent, { username: addressOf('eve'), password: passwordOf('eve') })
      expect([more.status, more.json()]).toEqual([
        403,
        expect.objectContaining({ code: 'mfa_required', methods: ['sms-code'] }),
      ])
      const token = more.json()['mfa_token']
      const refused = await call(agent, '/auth/mfa/challenge', { mfa_token: token, method: 'email-code' })
      expect(refused.json()['code']).toBe('method_not_offered')
      const posed = await call(agent, '/auth/mfa/challenge', { mfa_token: token, method: 'sms-code' })
      expect([posed.status, posed.json()]).toEqual([
        200,
        { method: 'sms-code', challenge: { to: '47' }, resend_after: expect.any(Number) },
      ])
      const given = { mfa_token: token, method: 'sms-code', code: newest(number) }
      expect((await call(agent, '/auth/mfa', { ...given, code: '12' })).json()['code']).toBe('invalid_code')
      const done = await call(agent, '/auth/mfa', given)
      expect([done.status, tokenOf(done)]).toEqual([200, expect.stringMatching(/^ghr_/)])
    })

    describe('A-464 what costs', () => {
      it('is sent three times in ten minutes to one person at the most', async () => {
        const number = await withNumber('fay')
        for (let n = 0; n < 3; n++) expect((await asked('fay')).sent.status).toBe(303)
        const { sent } = await asked('fay')
        expect([sent.status, limiterOf(sent), provider.texts(number).length]).toEqual([429, 'prompt', 3])
      })

      it('goes to one number five times in an hour, however many accounts it is of; and is counted', async () => {
        const series = 'auth_sms_sent_total{provider="twilio",result="sent"}'
        const before = await metric(house(), series)
        const number = newNumber()
        const answers = []
        for (const name of CROWD) {
          await withNumber(name, number)
          answers.push((await asked(name)).sent)
        }
        expect(answers.map(({ status }) => status)).toEqual([303, 303, 303, 303, 303, 503])
        expect([provider.texts(number).length, (await metric(house(), series)) - before]).toEqual([5, 5])
      })
    })

    describe('F-165 a provider that', () => {
      it('fails is told of on the page, where the other ways are; it is not asked again by itself', async () => {
        const number = await withNumber('gil')
        await withTotp(house(), addressOf('gil'))
        provider.behave(500)
        const { page, sent } = await asked('gil')
        expect(sent.status).toBe(503)
        expect(page.text).toContain('That way can’t be used right now.')
        expect(provider.texts(number)).toHaveLength(1)
        expect(await metric(house(), 'auth_sms_sent_total{provider="twilio",result="failed"}')).toBe(1)
      })

      it('does not answer makes nobody wait for long, and its code is good if it came', async () => {
        const number = await withNumber('ida')
        provider.behave('hang')
        const began = performance.now()
        const at = await asked('ida')
        expect(performance.now() - began).toBeLessThan(8000)
        expect([at.sent.status, provider.texts(number).length]).toEqual([303, 1])
        expect((await answer(at, newest(number))).status).toBe(303)
      })
    })

    it('A-911 a number is sealed where it lies', async () => {
      const number = await withNumber('cy')
      const rows = await within(house(), ({ database }) =>
        database.pool.query(`select data from credentials where method = 'sms-code'`),
      )
      expect(rows.rows.length).toBeGreaterThan(0)
      expect(JSON.stringify(rows.rows)).not.toContain(number.slice(3))
    })
  },
  { setUp, env: { ...BEHIND_PROXY, ...provider.env } },
)
